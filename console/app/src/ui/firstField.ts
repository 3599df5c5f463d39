const FIELDS = [
  'textarea:not([readonly], [disabled])',
  'input:not([type="hidden"], [disabled])',
  'select:not([disabled])',
  '[role="radio"][aria-checked="true"]',
  '[role="checkbox"]',
].join(', ');

/** The first field of a form: where somebody wants to type. Null if there is none. */
export function findFirstField(content: HTMLElement): HTMLElement | null {
  const fields = [...content.querySelectorAll<HTMLElement>(FIELDS)];
  // Radix has hidden inputs beside its own controls.
  return fields.find((field) => field.getAttribute('aria-hidden') !== 'true') ?? null;
}
