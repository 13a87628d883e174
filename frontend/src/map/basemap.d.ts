/** Addresses of the files that build/basemap makes. */
declare module 'basemap:*' {
  const url: string;
  export default url;
}
