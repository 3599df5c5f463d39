import postcss from 'postcss';

const CLASS = /\.((?:\\.|[\w-])+)/g;
const COMPONENT = /^rt-[A-Z]/;
const BREAKPOINT = /^(xs|sm|md|lg|xl):rt-/;
const VARIANT = /^rt-variant-(\w+)$/;
/** A property with a step of a scale, such as `mt="3"`. */
const STEP = /^rt-r-(m|mx|my|mt|mr|mb|ml|p|px|py|pt|pr|pb|pl|gap|size)-(-?\d)$/;
/** Components give these sizes to others within them. */
const INNER_SIZES = ['1', '2', '3'];

/**
 * A plugin of Vite that removes the styles of Radix Themes that nothing uses: those of components
 * that are not in any script, and those of breakpoints, variants and steps that no source names.
 */
export function pruneRadixCss() {
  return {
    name: 'prune-radix-css',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const scripts = files.filter(({ type }) => type === 'chunk').map(({ code }) => code);
      const sources = [...this.getModuleIds()].filter((id) => !id.includes('node_modules'));
      const texts = sources.map((id) => this.getModuleInfo(id)?.code ?? '');
      const isUsed = remember(createUseTest(scripts.join('\n'), texts.join('\n')));
      for (const file of files.filter(({ fileName }) => fileName.endsWith('.css')))
        file.source = pruneStyles(String(file.source), isUsed);
    },
  };
}

/** Tells of the name of a class whether it is used by the scripts, or by the sources they are of. */
function createUseTest(scripts, sources) {
  const isDefault = (value) => scripts.includes(`default:"${value}"`);
  return (name) => {
    if (COMPONENT.test(name)) return new RegExp(`\\b${name}\\b`).test(scripts);
    if (name === 'rt-high-contrast') return sources.includes('highContrast');
    const [, breakpoint] = BREAKPOINT.exec(name) ?? [];
    if (breakpoint) return new RegExp(`\\b${breakpoint}: ?["'\`]`).test(sources);
    const [, variant] = VARIANT.exec(name) ?? [];
    if (variant) return isDefault(variant) || sources.includes(`"${variant}"`);
    const [, property, step] = STEP.exec(name) ?? [];
    if (!property || (property === 'size' && INNER_SIZES.includes(step))) return true;
    const isGiven = new RegExp(`\\b${property}:[^\\n]*"${step}"`).test(sources);
    return isGiven || (['gap', 'size'].includes(property) && isDefault(step));
  };
}

function pruneStyles(styles, isUsed) {
  const root = postcss.parse(styles);
  root.walkRules((rule) => {
    const selectors = rule.selectors.filter((selector) => !namesUnused(selector, isUsed));
    if (selectors.length === 0) rule.remove();
    else if (selectors.length < rule.selectors.length) rule.selectors = selectors;
  });
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove();
  });
  return root.toString();
}

/** Not in lists, where one of several names is enough, nor in negations. */
function namesUnused(selector, isUsed) {
  const names = [...withoutLists(selector).matchAll(CLASS)];
  return names.some(([, name]) => !isUsed(name.replaceAll('\\', '')));
}

const LISTS = /:(?:not\([^()]*\)|(?:is|where|has)\([^()]*,[^()]*\))/g;

function withoutLists(selector) {
  const without = selector.replaceAll(LISTS, '');
  return without === selector ? selector : withoutLists(without);
}

function remember(decide) {
  const known = new Map();
  return (name) => {
    if (!known.has(name)) known.set(name, decide(name));
    return known.get(name);
  };
}
