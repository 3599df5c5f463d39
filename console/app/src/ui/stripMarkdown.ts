const REPLACEMENTS: [RegExp, string][] = [
  // Fences of code, and marks at the start of a line: headings, quotations, items of lists.
  [/^\s*(?:```|~~~)[^\n]*$/gm, ''],
  [/^\s*(?:#{1,6}|>|[-*+]|\d{1,3}[.)])\s+/gm, ''],
  [/!?\[([^\][\n]+)\]\((?:[^()\s]+)\)/g, '$1'],
  [/(?<![\w\\*])(\*\*|__|~~)(?=\S)([^*_~\n]{1,500}?)(?<=\S)\1(?!\w)/g, '$2'],
  [/(?<![\w\\`])`([^`\n]{1,500})`/g, '$1'],
];

/**
 * A text on one line without the marks of Markdown, for titles and summaries. What only looks like
 * Markdown stays, such as `\\server\_share` and `snake__case`.
 */
export function stripMarkdown(text: string): string {
  const stripped = REPLACEMENTS.reduce(
    (result, [pattern, replacement]) => result.replace(pattern, replacement),
    text,
  );
  return stripped.replace(/\s+/g, ' ').trim() || text;
}

/**
 * A part of a text without the marks of bold and code, which may end in another part. Marks with
 * white space around them stay, such as `2 ** 3`.
 */
export function stripEmphasis(part: string): string {
  return part.replace(/(?<!\s)\*\*|\*\*(?!\s)/g, '').replaceAll('`', '');
}
