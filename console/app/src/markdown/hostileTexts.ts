/** Texts of some length that parsers of Markdown are known to be slow on, or to nest deeply. */
export const HOSTILE_TEXTS: Record<string, (length: number) => string> = {
  quotations: repeat('>'),
  'quotations with spaces': repeat('> '),
  'quoted lists': repeat('> - '),
  'a quotation with lazy lines': (n) => '>'.repeat(40) + repeat('a\n')(n),
  'lists on one line': repeat('- '),
  'numbered lists on one line': repeat('1. '),
  'nested lists': (n) => lines(n, (i) => ' '.repeat(i) + '- a'),
  'many items': repeat('- a\n'),
  'mixed emphasis': repeat('*_'),
  emphasis: repeat('*a '),
  'emphasis in words': repeat('a**b'),
  'mixed emphasis in words': repeat('*a_ '),
  'nested emphasis': (n) => '*'.repeat(n / 2) + 'a' + '*'.repeat(n / 2),
  'opened and closed emphasis': (n) => repeat('**a ')(n / 2) + repeat('b**')(n / 2),
  deletions: repeat('~~a '),
  tildes: repeat('~'),
  brackets: repeat('['),
  'brackets, closed': (n) => '['.repeat(n / 2) + ']'.repeat(n / 2),
  'escaped brackets': repeat('[\\]'),
  'images in images': repeat('![a]('),
  'open images': repeat('!['),
  'links in links': repeat('[a]('),
  'links with a title': repeat('[a](b "'),
  'links with an angle bracket': repeat('[a](<b'),
  'a link with parentheses': (n) => '[a](' + '('.repeat(n),
  references: repeat('[a]['),
  definitions: repeat('[a]: b "'),
  'many definitions': (n) => lines(n / 2, (i) => `[r${i}]: u`) + repeat('[r0] ')(n / 2),
  backticks: repeat('`'),
  'backticks of every length': (n) => words(n, (i) => '`'.repeat(i)),
  'code in code': repeat('`a``b'),
  fences: repeat('```\n'),
  'fences, opened': repeat('~~~a\n'),
  'a table with many columns': (n) => `${repeat('|a')(n / 2)}\n${repeat('|-')(n / 2)}\n`,
  'a table with many rows': (n) => `${'|a'.repeat(50)}\n${'|-'.repeat(50)}\n${repeat('|\n')(n)}`,
  entities: repeat('&amp;'),
  ampersands: repeat('&'),
  'numeric entities': repeat('&#1114111;'),
  'a long word': repeat('a'),
  'a long number': repeat('1'),
  'addresses of mail': repeat('a@b.'),
  'at signs': repeat('a@'),
  addresses: repeat('http://'),
  'an address with parentheses': (n) => 'http://a.b/' + '('.repeat(n),
  'many addresses': repeat('http://a.bc '),
  colons: repeat(':'),
  slashes: repeat('//'),
  'automatic links': repeat('<http:'),
  'angle brackets': repeat('<'),
  comments: repeat('<!--'),
  tags: repeat('<a '),
  spaces: (n) => ' '.repeat(n) + 'a',
  'spaces behind a line': (n) => 'a' + ' '.repeat(n) + '\nb',
  tabs: repeat('-\t'),
  backslashes: repeat('\\'),
  headings: repeat('# '),
  'the end of a heading': (n) => '# a ' + '#'.repeat(n) + ' b',
  underlines: repeat('a\n='),
  paragraphs: repeat('a\n\n'),
  lines: repeat('a\n'),
  'line breaks': repeat('a  \n'),
  'null characters': repeat('\0'),
  'combining characters': repeat('a\u0301'),
  'directions of text': repeat('\u202e\u2066'),
  surrogates: repeat('\ud83d'),
};

function repeat(part: string): (length: number) => string {
  return (length) => part.repeat(Math.ceil(length / part.length));
}

function lines(length: number, line: (index: number) => string, separator = '\n'): string {
  const parts = [];
  for (let index = 0, size = 0; size < length; index += 1) {
    const part = line(index) + separator;
    parts.push(part);
    size += part.length;
  }
  return parts.join('');
}

function words(length: number, word: (index: number) => string): string {
  return lines(length, word, ' ');
}
