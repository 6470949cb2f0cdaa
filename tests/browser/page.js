// Finds things as a patient does: by role and by the words that are seen or read aloud.
// Follows "Accessible Name and Description Computation 1.2" and HTML-AAM as far as this portal
// needs them. Runs inside the page through WebDriver; leaves nothing behind.

const squeeze = (text) => (text ?? '').replace(/\s+/g, ' ').trim();

const IMPLICIT = {
  A: (e) => (e.hasAttribute('href') ? 'link' : null),
  ARTICLE: () => 'article',
  ASIDE: () => 'complementary',
  BUTTON: () => 'button',
  DETAILS: () => 'group',
  DIALOG: () => 'dialog',
  FIELDSET: () => 'group',
  FIGURE: () => 'figure',
  FOOTER: (e) => (inSection(e) ? null : 'contentinfo'),
  FORM: (e) => (named(e) ? 'form' : null),
  H1: () => 'heading', H2: () => 'heading', H3: () => 'heading',
  H4: () => 'heading', H5: () => 'heading', H6: () => 'heading',
  HEADER: (e) => (inSection(e) ? null : 'banner'),
  HR: () => 'separator',
  IMG: (e) => (e.getAttribute('alt') === '' ? null : 'img'),
  INPUT: (e) => inputRole(e),
  LI: () => 'listitem',
  MAIN: () => 'main',
  MENU: () => 'list',
  METER: () => 'meter',
  NAV: () => 'navigation',
  OL: () => 'list',
  OPTION: () => 'option',
  OUTPUT: () => 'status',
  PROGRESS: () => 'progressbar',
  SECTION: (e) => (named(e) ? 'region' : null),
  SELECT: (e) => (e.multiple || e.size > 1 ? 'listbox' : 'combobox'),
  SUMMARY: () => 'button',
  TABLE: () => 'table',
  TBODY: () => 'rowgroup', THEAD: () => 'rowgroup',
  TD: () => 'cell',
  TEXTAREA: () => 'textbox',
  TH: (e) => (e.scope === 'row' ? 'rowheader' : 'columnheader'),
  TR: () => 'row',
  UL: () => 'list',
};

const named = (e) => e.hasAttribute('aria-label') || e.hasAttribute('aria-labelledby');
const inSection = (e) => e.parentElement?.closest('article,aside,main,nav,section') != null;

function inputRole(e) {
  switch (e.type) {
    case 'button': case 'submit': case 'reset': case 'image': case 'file': return 'button';
    case 'checkbox': return 'checkbox';
    case 'radio': return 'radio';
    case 'range': return 'slider';
    case 'number': return 'spinbutton';
    case 'search': return 'searchbox';
    case 'hidden': return null;
    default: return 'textbox';
  }
}

function role(e) {
  const given = squeeze(e.getAttribute('role')).split(' ')[0];
  if (given === 'presentation' || given === 'none') return null;
  if (given) return given;
  const implicit = IMPLICIT[e.tagName];
  return implicit ? implicit(e) : null;
}

// Seen by nobody: not painted, or inert behind an open dialog.
function hidden(e) {
  if (!e.checkVisibility({ visibilityProperty: true })) return true;
  return e.closest('[inert]') != null;
}

const silent = (e) => hidden(e) || e.closest('[aria-hidden="true"]') != null;

const FROM_CONTENT = new Set(['button', 'cell', 'checkbox', 'columnheader', 'heading', 'link',
  'menuitem', 'menuitemradio', 'option', 'radio', 'row', 'rowheader', 'switch', 'tab', 'tooltip']);

function textOf(node, referenced) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return '';
  if (!referenced && silent(node)) return '';
  const own = labelOf(node);
  if (own) return own;
  if (node.tagName === 'IMG') return node.alt;
  if (node.matches('input:not([type=checkbox],[type=radio]),textarea')) return node.value;
  let text = '';
  for (const child of node.childNodes) text += textOf(child, referenced);
  return getComputedStyle(node).display.startsWith('inline') ? text : ` ${text} `;
}

function labelOf(e) {
  const label = squeeze(e.getAttribute('aria-label'));
  if (label) return label;
  if (e.tagName === 'svg') return squeeze(e.querySelector(':scope > title')?.textContent);
  return '';
}

function nameOf(e) {
  const ids = squeeze(e.getAttribute('aria-labelledby'));
  if (ids) {
    const parts = ids.split(' ').map((id) => document.getElementById(id)).filter(Boolean);
    return squeeze(parts.map((part) => textOf(part, true)).join(' '));
  }
  const own = labelOf(e);
  if (own) return own;
  if (e.labels?.length) return squeeze([...e.labels].map((l) => textOf(l, true)).join(' '));
  if (e.tagName === 'INPUT' && ['submit', 'button', 'reset'].includes(e.type)) return e.value;
  if (e.tagName === 'FIELDSET') return squeeze(e.querySelector(':scope > legend')?.textContent);
  if (e.tagName === 'TABLE' && e.caption) return squeeze(e.caption.textContent);
  if (e.tagName === 'IMG') return squeeze(e.alt);
  if (e.tagName === 'DETAILS') return squeeze(e.querySelector('summary')?.textContent);
  if (FROM_CONTENT.has(role(e))) {
    let text = '';
    for (const child of e.childNodes) text += textOf(child, false);
    if (squeeze(text)) return squeeze(text);
  }
  return squeeze(e.getAttribute('title') || e.getAttribute('placeholder'));
}

// An open modal dialog hides the rest from everyone.
const stage = () => [...document.querySelectorAll('dialog:modal')].pop() ?? document.body;

// Pieces that stand in a name, one after the other.
const holds = (name, pieces) => {
  let from = 0;
  return pieces.every((piece) => {
    const at = name.indexOf(piece, from);
    from = at + piece.length;
    return at >= 0;
  });
};

// `choices`: any of these. `exact`: the whole name; otherwise it holds them. Heading levels: "heading 1".
function findAll(wanted, choices, exact) {
  const [kind, level] = wanted.split(' ');
  const found = [];
  for (const e of [stage(), ...stage().querySelectorAll('*')]) {
    if (role(e) !== kind || silent(e)) continue;
    if (level && e.tagName !== `H${level}` && e.getAttribute('aria-level') !== level) continue;
    const name = nameOf(e);
    const fits = (pieces) => (exact ? name === pieces[0] : holds(name, pieces));
    if (choices === null || choices.some(fits)) found.push(e);
  }
  return found;
}

// What a person sees on the screen now, in one line.
const seen = () => squeeze(stage().innerText);

function states(e) {
  const list = [];
  const level = /^H([1-6])$/.exec(e.tagName);
  if (level) list.push(`level=${level[1]}`);
  if (e.disabled || e.getAttribute('aria-disabled') === 'true') list.push('disabled');
  if (e.checked || e.getAttribute('aria-checked') === 'true') list.push('checked');
  if (e.getAttribute('aria-pressed') === 'true') list.push('pressed');
  const expanded = e.getAttribute('aria-expanded')
    ?? (e.tagName === 'SUMMARY' ? String(e.parentElement.open) : null);
  if (expanded !== null) list.push(expanded === 'true' ? 'expanded' : 'collapsed');
  const current = e.getAttribute('aria-current');
  if (current && current !== 'false') list.push(`current=${current}`);
  if (e.getAttribute('aria-invalid') === 'true') list.push('invalid');
  if (e.required) list.push('required');
  const language = e.getAttribute('lang');
  if (language && e !== document.documentElement) list.push(`lang=${language}`);
  return list.length ? ` [${list.join(' ')}]` : '';
}

// The page as assistive technology gets it, one line a thing.
function tree() {
  const lines = [];
  const walk = (node, depth) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = squeeze(node.data);
      if (text) lines.push([depth, 'text', text]);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || silent(node)) return;
    if (['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT'].includes(node.tagName)) return;
    const kind = role(node) ?? (node.tagName === 'svg' && labelOf(node) ? 'img' : null);
    let below = depth;
    if (kind) {
      const name = nameOf(node);
      lines.push([depth, kind, name, states(node)]);
      if (FROM_CONTENT.has(kind) && !node.querySelector('a,button,input,h1,h2,h3')) return;
      below = depth + 1;
    }
    for (const child of node.childNodes) walk(child, below);
  };
  walk(stage(), 0);
  return joined(lines).map(([depth, kind, name, more]) => {
    const words = name ? ` ${JSON.stringify(name)}` : '';
    return `${'  '.repeat(depth)}- ${kind}${words}${more ?? ''}`;
  }).join('\n');
}

// Neighbouring pieces of text are read as one.
function joined(lines) {
  const result = [];
  for (const line of lines) {
    const last = result.at(-1);
    if (last && line[1] === 'text' && last[1] === 'text' && last[0] === line[0]) {
      last[2] += ` ${line[2]}`;
    } else {
      result.push([...line]);
    }
  }
  return result;
}

function focused() {
  const e = document.activeElement;
  if (!e || e === document.body) return 'nothing';
  return squeeze(`${role(e) ?? e.tagName.toLowerCase()} ${nameOf(e)}`);
}
