'use strict';
// The report as a place to walk through. Addresses behind `#`: none is all tables, TABLE one of them in full, COLUMN/TEXT all
// that the tables say of that text, find/WORDS a search. Strangers' text is only ever put in as text.

// What has a page of its own, by the columns that hold it.
const KINDS = {operator: 'operator', code: 'finding', tld: 'top-level domain', ca: 'certification authority', issuer: 'issuer domain name',
  reason: 'reason', outcome: 'outcome', host: 'server', address: 'server address', algorithm: 'algorithm', rank: 'rank'};
const PAGE_ROWS = 50, MOST_FOUND = 60;

const page = document.getElementById('page');
const overview = document.getElementById('overview');

function make(name, values = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === false) continue;
    if (key === 'onclick') element.addEventListener('click', value); else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== ''));
  return element;
}

const hasPage = (kind, text) => Object.hasOwn(KINDS, kind) && text !== '';
const addressOf = (kind, text) => hasPage(kind, text) ? `#${kind}/${encodeURIComponent(text)}` : null;
function link(kind, text) {
  const address = addressOf(kind, text);
  return address === null ? text : make('a', {href: address}, text);
}

// A table of which rows are shown by pages, in any order.
class TableView {
  constructor(table, options = {}) {
    Object.assign(this, {table, all: options.rows ?? Uint32Array.from({length: table.rows}, (_, row) => row), short: options.short ?? false,
      title: options.title ?? table.title, from: 0, wanted: '', sorted: null, down: false, columns: table.columns});
    this.rows = this.all;
    this.element = make('div', {class: 'view'});
    this.body = make('tbody');
    this.heads = this.columns.map((column) => this.makeHead(column));
    this.status = make('p', {class: 'status', role: 'status'});
    this.older = make('button', {type: 'button', onclick: () => this.turn(-PAGE_ROWS)}, 'Previous');
    this.newer = make('button', {type: 'button', onclick: () => this.turn(PAGE_ROWS)}, 'Next');
    this.pager = make('div', {class: 'pager'}, this.older, this.newer);
    const grid = make('table', {}, make('thead', {}, make('tr', {}, ...this.heads)), this.body);
    this.element.append(...(this.all.length > 8 ? [this.makeFilter()] : []), this.status,
      make('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': this.title}, grid), this.pager);
    this.show();
  }

  makeHead(column) {
    const button = make('button', {type: 'button', onclick: () => this.sortBy(column)}, column.heading || column.id);
    return make('th', {scope: 'col', class: column.kind === 'text' ? null : 'n'}, button);
  }

  makeFilter() {
    this.input = make('input', {type: 'search', placeholder: 'Search these rows', 'aria-label': `Search the rows: ${this.title}`});
    this.input.addEventListener('input', () => {
      this.wanted = this.input.value.trim().toLowerCase();
      this.arrange();
    });
    return this.input;
  }

  sortBy(column) {
    this.down = this.sorted === column ? !this.down : column.kind !== 'text';
    this.sorted = column;
    this.heads.forEach((head) => head.removeAttribute('aria-sort'));
    this.heads[column.at].setAttribute('aria-sort', this.down ? 'descending' : 'ascending');
    this.arrange();
  }

  arrange() {
    const rows = this.table.filter(this.all, this.wanted);
    this.rows = this.sorted === null ? rows : this.table.sort(rows, this.sorted, this.down);
    this.from = 0;
    this.show();
  }

  turn(by) {
    this.from += by;
    this.show();
  }

  show() {
    const {table, rows, from} = this, size = this.short ? data.short : PAGE_ROWS, shown = rows.slice(from, from + size);
    this.body.replaceChildren(...Array.from(shown, (row) => make('tr', {}, ...this.columns.map((column) => this.makeCell(column, row)))));
    const last = from + shown.length, all = rows.length === this.all.length ? '' : `, of ${grouped(this.all.length)}`;
    const whole = rows.length <= size && all === '';
    this.status.textContent = whole ? '' : rows.length === 0 ? `No row has that${all}.`
      : `Rows ${grouped(from + 1)} to ${grouped(last)} of ${grouped(rows.length)}${all === '' ? '' : ' that have it'}${all}.`;
    if (this.short && !whole) this.status.append(' ', make('a', {href: `#${table.id}`}, `All rows of \u201c${table.title}\u201d`));
    this.pager.hidden = this.short || rows.length <= size;
    this.older.disabled = from === 0;
    this.newer.disabled = last >= rows.length;
  }

  makeCell(column, row) {
    const text = this.table.text(column, row);
    if (column.kind !== 'text') return make('td', {class: 'n'}, text);
    return make('td', {class: text.length > 40 ? 't long' : 't'}, link(column.id, text));
  }
}

// Pictures are drawn again where the width changes, so that letters keep their size.
const drawn = new Map();
const widths = new ResizeObserver((entries) => {
  for (const {target} of entries) draw(target);
});
function draw(figure) {
  const {table, kind, width} = drawn.get(figure), now = Math.floor(Math.min(figure.clientWidth, 760));
  if (now === width || now < 120) return;
  drawn.get(figure).width = now;
  const element = kind(table, now);
  if (element !== null) figure.replaceChildren(element, ...(CAPTIONS.has(kind) ? [make('figcaption', {}, CAPTIONS.get(kind)(table))] : []));
}
function figures(table) {
  return picturesOf(table).filter((kind) => kind(table, 700) !== null).map((kind) => {
    const figure = make('figure', {class: `plot ${kind.name}`});
    drawn.set(figure, {table, kind, width: 0});
    widths.observe(figure);
    return figure;
  });
}

const views = new Map();  // Of whole tables, by id and whether they are short: they keep their order and search.
function viewOf(table, short) {
  const key = `${short} ${table.id}`;
  if (!views.has(key)) views.set(key, new TableView(table, {short}));
  return views.get(key);
}

const path = (...names) => make('nav', {class: 'path', 'aria-label': 'Where this is'}, make('a', {href: '#'}, 'Report'),
  ...names.flatMap((name) => [' \u203a ', name]));
const notesOf = (table) => table.notes.map((note) => make('p', {}, note));

function tablePage(table) {
  return [path(table.title), make('h1', {tabindex: -1}, table.title), ...notesOf(table), ...figures(table), viewOf(table, false).element];
}

// A text of counts as a list, with a page for each.
function countsList(text) {
  return make('ul', {}, ...countsOf(text).map(({key, count}) => {
    const about = data.guide[key];
    const kind = about ? about.kind : null;
    return make('li', {}, kind ? link(kind, key) : key, ` ${grouped(count)}`, about?.meaning ? `: ${about.meaning}` : '');
  }));
}

function factsOf(table, row) {
  const list = make('dl');
  for (const column of table.columns) {
    const text = table.text(column, row);
    if (text === '' || column === table.first) continue;
    const value = column.counts ? countsList(text) : column.kind === 'text' ? link(column.id, text) : text;
    list.append(make('div', {}, make('dt', {}, column.heading || column.id), make('dd', {}, value)));
  }
  const width = 600, bar = outcomeColumns(table).length >= 5 ? outcomeBar(table, row, 0, 4, width) : [];
  const legend = outcomeLegend(width, 24);
  if (bar.length === 0) return [list];
  return [make('figure', {class: 'plot'}, picture('Outcomes, as shares', width, legend.end, [...bar, ...legend.parts])), list];
}

function guideOf(text) {
  const about = data.guide[text];
  if (!about) return [];
  const facts = [['meaning', about.meaning], ['how it shows', about.evidence], ['what to do', about.remedy], ['rule', about.rule],
    ['severity', about.severity], ['who can act', about.actor]].filter(([, value]) => value);
  return [make('dl', {class: 'guide'}, ...facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))))];
}

// Tables with a text of counts that has this key: who has the finding.
function mentions(text) {
  const holds = data.texts.map((each) => each.includes(text) && countsOf(each).some(({key}) => key === text));
  return data.tables.flatMap((table) => {
    const columns = table.columns.filter((column) => column.counts);
    const rows = [];
    for (let row = 0; row < table.rows; ++row) {
      if (columns.some((column) => holds[column.texts[row]])) rows.push(row);
    }
    if (rows.length === 0) return [];
    const title = `In the table \u201c${table.title}\u201d`;
    return [make('h2', {}, title), new TableView(table, {rows, title}).element];
  });
}

// Names that show it, and how to look at one of them.
function samplesOf(kind, text) {
  const samples = data.samples[`${kind}/${text}`] ?? [];
  if (samples.length === 0) return [];
  const heads = ['name', 'what', 'server', 'address'].map((head) => make('th', {scope: 'col'}, head));
  const rows = samples.map(([name, what, host, address]) => make('tr', {}, make('td', {class: 't'}, name),
    make('td', {class: 't'}, link(data.guide[what]?.kind, what)), make('td', {class: 't'}, host), make('td', {class: 't'}, address)));
  const plain = samples.map(([name]) => name).find((name) => /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name));
  return [make('h2', {}, 'Names that show it'),
    make('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Names that show it'},
      make('table', {}, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...rows))),
    ...(plain ? [make('p', {}, 'To look at one of them: ', make('code', {}, `caascan check ${plain}`))] : [])];
}

function letterTo(name, table, row) {
  const fact = (id) => table.column(id) ? table.text(table.column(id), row) : '';
  const counts = ['failures', 'findings'].flatMap((id) => countsOf(fact(id)));
  if (counts.length === 0) return [];
  const lines = [`To the operators of ${name},`, '', `a scan of CAA records (RFC 8659) looked up ${fact('names')} names whose name servers are yours.`];
  if (fact('share') !== '') lines.push(`Of these, ${fact('share')} could not be looked up, so that no certificate may be issued for them.`);
  lines.push('', 'What we saw:');
  for (const {key, count} of counts) {
    const about = data.guide[key];
    lines.push(`- ${key}: ${grouped(count)} names. ${about?.meaning ?? ''}`);
    if (about?.remedy) lines.push(`  ${about.remedy}`);
  }
  const servers = tableOf('servers'), owner = servers?.column('operator'), text = indexOfText(name);
  const rows = owner && text !== undefined ? servers.rowsWith(owner, text).slice(0, 10) : [];
  if (rows.length > 0) lines.push('', 'Servers:');
  for (const each of rows) lines.push(`- ${['address', 'host', 'faults'].map((id) => servers.text(servers.column(id), each)).join('  ')}`);
  const samples = data.samples[`operator/${name}`] ?? [];
  if (samples.length > 0) lines.push('', 'For example:', ...samples.map((each) => `- ${each.filter((part) => part !== '').join('  ')}`));
  const body = lines.join('\n');
  const mail = `mailto:?subject=${encodeURIComponent(`CAA look-ups that fail at ${name}`)}&body=${encodeURIComponent(body)}`;
  const done = make('span', {role: 'status'});
  const copy = make('button', {type: 'button', onclick: () => navigator.clipboard.writeText(body).then(() => { done.textContent = ' Copied.'; })}, 'Copy');
  const word = /^[\x20-\x7e]+$/.test(name) && !name.includes('\\u{') ? `'${name.replaceAll("'", "'\\''")}'` : null;
  return [make('h2', {}, 'A letter to them'), make('p', {}, make('a', {href: mail}, 'Write it as mail'), ' or ', copy, done),
    make('pre', {class: 'letter', tabindex: 0, 'aria-label': 'The letter'}, body),
    ...(word === null ? [] : [make('p', {}, 'The same with samples and commands that show each fault: ', make('code', {}, `caascan report --operator ${word} RECORDS`))])];
}

function entityPage(kind, text) {
  const at = indexOfText(text), parts = [], letters = [];
  for (const table of data.tables) {
    const column = at === undefined ? undefined : table.columns.find((each) => each.id === kind && each.kind === 'text');
    const rows = column ? table.rowsWith(column, at) : [];
    if (rows.length === 0) continue;
    parts.push(make('h2', {}, make('a', {href: `#${table.id}`}, table.title)));
    if (rows.length === 1 && column === table.first) parts.push(...factsOf(table, rows[0]));
    else parts.push(new TableView(table, {rows}).element);
    if (table.id === 'operators' && kind === 'operator') letters.push(...letterTo(text, table, rows[0]));
  }
  if (parts.length === 0) return null;
  const home = data.tables.filter((table) => table.first.id === kind && table.rows > 0).sort((a, b) => b.rows - a.rows)[0];
  return [path(home ? make('a', {href: `#${home.id}`}, home.title) : KINDS[kind], text), make('h1', {tabindex: -1}, text),
    make('p', {}, `This is ${/^[aeiou]/.test(KINDS[kind]) ? 'an' : 'a'} ${KINDS[kind]}.`), ...guideOf(text), ...samplesOf(kind, text), ...parts,
    ...(data.guide[text]?.kind === kind ? mentions(text) : []), ...letters];
}

// All texts with pages, each once a kind; the heaviest tables come first.
let index = null;
function makeIndex() {
  index = [];
  for (const kind of Object.keys(KINDS)) {
    const seen = new Set();
    for (const table of data.tables) {
      const column = table.columns.find((each) => each.id === kind && each.kind === 'text');
      column?.texts.forEach((text) => {
        if (seen.has(text) || data.texts[text] === '') return;
        seen.add(text);
        index.push({kind, text});
      });
    }
  }
}

// The whole text first, then those that begin with it, then those that hold it.
function find(wanted) {
  if (index === null) makeIndex();
  const found = [[], [], []];
  let all = 0;
  for (const entry of index) {
    const at = data.lower[entry.text].indexOf(wanted);
    if (at < 0) continue;
    ++all;
    found[at > 0 ? 2 : data.lower[entry.text].length > wanted.length ? 1 : 0].push(entry);
  }
  return {all, entries: found.flat().slice(0, MOST_FOUND)};
}

function foundPage(words) {
  const {all, entries} = find(words.trim().toLowerCase());
  const more = all > entries.length ? `, of which these are ${entries.length}` : '';
  return [path('Search'), make('h1', {tabindex: -1}, `Search: ${words}`), make('p', {role: 'status'}, `${grouped(all)} found${more}.`),
    make('ul', {class: 'found'}, ...entries.map(({kind, text}) => make('li', {}, link(kind, data.texts[text]), ` ${KINDS[kind]}`)))];
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// What the address asks for; null for the overview.
function pageOf(address) {
  const slash = address.indexOf('/');
  if (slash > 0) {
    const kind = address.slice(0, slash), rest = decoded(address.slice(slash + 1));
    if (kind === 'find') return foundPage(rest);
    return Object.hasOwn(KINDS, kind) ? entityPage(kind, rest) : null;
  }
  const table = tableOf(address);
  return table && table.rows > 0 ? tablePage(table) : null;
}

const scrolled = new Map();  // How far, by address, for the way back.
let here = null, byLink = false;
const box = make('input', {type: 'search', id: 'find', placeholder: 'Operator, domain, CA, finding, server', autocomplete: 'off'});

function route(focus) {
  const address = location.hash.slice(1);
  if (here !== null) scrolled.set(here, route.scroll);
  here = address;
  const parts = address === '' ? null : pageOf(address);
  drawn.forEach((_, figure) => { if (page.contains(figure)) { widths.unobserve(figure); drawn.delete(figure); } });
  page.replaceChildren(...(parts ?? []));
  page.hidden = parts === null;
  overview.hidden = parts !== null;
  const heading = (parts === null ? overview : page).querySelector('h1');
  document.title = parts === null ? route.title : `${heading.textContent} \u2013 ${route.title}`;
  const searching = address.startsWith('find/');
  if (!searching) box.value = '';
  else if (document.activeElement !== box) box.value = decoded(address.slice(5));
  if (focus && document.activeElement !== box) heading.focus({preventScroll: true});
  window.scrollTo(0, byLink ? 0 : scrolled.get(address) ?? 0);
  byLink = false;
}

function startSearch() {
  box.addEventListener('input', () => {
    const address = box.value.trim() === '' ? '#' : `#find/${encodeURIComponent(box.value)}`;
    if (location.hash.startsWith('#find/')) history.replaceState(null, '', address); else history.pushState(null, '', address);
    route(false);
  });
  document.querySelector('header').append(make('label', {for: 'find'}, 'Search all rows'), box);
}

async function start() {
  await openData();
  route.title = document.title;
  route.scroll = 0;
  overview.querySelector('h1').setAttribute('tabindex', -1);
  for (const table of data.tables) {
    const section = table.rows > 0 ? document.getElementById(table.id) : null;
    section?.querySelector('.scroll').replaceWith(...figures(table), viewOf(table, true).element);
    section?.querySelector('.more')?.remove();
    section?.querySelector('h2').replaceChildren(make('a', {href: `#${table.id}`}, table.title));
  }
  startSearch();
  addEventListener('scroll', () => { route.scroll = scrollY; }, {passive: true});
  addEventListener('click', (event) => { byLink = event.target.closest?.('a[href^="#"]') !== null; });
  addEventListener('popstate', () => route(true));
  history.scrollRestoration = 'manual';
  document.documentElement.classList.add('walk');
  route(false);
}
start();
