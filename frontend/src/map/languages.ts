/** Have the menu of languages keep what the map shows: its address changes without the server. */
export function keepAddress(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a')) {
    link.addEventListener('click', () => {
      const address = new URL(window.location.href);
      address.searchParams.set('lang', link.hreflang);
      link.href = address.href;
    });
  }
}
