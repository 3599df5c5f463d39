/** Characters of a text that are read as Markdown. A longer text is shown as it is. */
export const MAX_CHARACTERS = 64_000;

/** Elements that a text may become. The page would be slow with more. */
export const MAX_ELEMENTS = 5_000;

/** How deep lists and quotations may be nested. React draws each level by recursion. */
export const MAX_DEPTH = 50;

/** Time for one text. Texts that take longer are shown as they are. */
export const MAX_MILLISECONDS = 2_000;

/** Texts in a row that may take too long. After these the page shows all texts as they are. */
export const MAX_FAILURES = 3;

/** Characters of a text that is shown as it is, until the user asks for the rest. */
export const MAX_PLAIN_CHARACTERS = 64_000;
