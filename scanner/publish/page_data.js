'use strict';
// What the page holds: the report's tables, packed (page_data.h says how), as values and as text.

const data = {tables: [], texts: [], guide: {}, samples: {}};

async function openData() {
  const packed = atob(document.getElementById('data').textContent.trim());
  const bytes = Uint8Array.from(packed, (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  Object.assign(data, JSON.parse(await new Response(stream).text()));
  Object.setPrototypeOf(data.guide, null);  // Keys are of others: __proto__ is one like any.
  Object.setPrototypeOf(data.samples, null);
  data.lower = data.texts.map((text) => text.toLowerCase());
  data.tables = data.tables.map((table) => new Table(table));
}

function percent(share) {
  const value = share * 100;
  return value.toFixed(value > 0 && value < 1 ? 2 : 1);
}

// Wilson's score interval of 95 %.
function interval(hits, trials) {
  const z = 1.959963984540054, share = Math.min(1, hits / trials), scale = 1 / (1 + z * z / trials);
  const middle = scale * (share + z * z / (2 * trials));
  const half = scale * z * Math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const grouped = (number) => number.toLocaleString('en-US');

// Three digits, or all of those before the point while they are few.
function rounded(number) {
  const size = Math.abs(number);
  if (size >= 1e8) return number.toPrecision(3);
  return number.toFixed(size >= 100 || Number.isInteger(number) ? 0 : size >= 10 ? 1 : 2);
}

const timeText = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');

// Texts of several counts: "servfail 12, refused 3".
const COUNTS = new Set(['failures', 'findings', 'faults']);

function countsOf(text) {
  return text.split(', ').map((part) => {
    const blank = part.lastIndexOf(' ');
    return {key: part.slice(0, blank), count: Number(part.slice(blank + 1))};
  }).filter((each) => each.key !== '' && each.count >= 0);
}

class Table {
  constructor(packed) {
    Object.assign(this, packed);
    this.columns.forEach((column, at) => {
      column.at = at;
      column.counts = column.kind === 'text' && COUNTS.has(column.id);
      if (column.kind === 'text') column.texts = Table.unpackTexts(column.texts);
    });
    this.first = this.columns[0];
  }

  // 0 is the next text that no cell before had.
  static unpackTexts(packed) {
    return Uint32Array.from(packed, (each) => each === 0 ? Table.nextText++ : each - 1);
  }

  number(which, row) {
    const values = this.numbers[which];
    return Array.isArray(values) ? values[row] : values;
  }

  // The number that a cell is sorted and drawn by, or null.
  value(column, row) {
    if (column.kind === 'text') return null;
    if (column.kind !== 'share') return this.number(column.numbers, row);
    const trials = this.number(column.trials, row);
    return trials ? this.number(column.numbers, row) / trials : null;
  }

  // Hits and trials of a share, or null.
  share(column, row) {
    const trials = this.number(column.trials, row);
    return trials ? [this.number(column.numbers, row), trials] : null;
  }

  text(column, row) {
    if (column.kind === 'text') return data.texts[column.texts[row]];
    const value = this.value(column, row);
    if (value === null) return '';
    if (column.kind === 'count') return grouped(value);
    if (column.kind === 'time') return timeText(value + column.base);
    if (column.kind === 'number') return rounded(value);
    const [hits, trials] = this.share(column, row);
    const [low, high] = interval(hits, trials);
    return `${percent(value)} % (${percent(low)} - ${percent(high)})`;
  }

  column(id) {
    return this.columns.find((each) => each.id === id);
  }

  // The rows of which this column has that text.
  rowsWith(column, text) {
    const rows = [];
    column.texts.forEach((each, row) => {
      if (each === text) rows.push(row);
    });
    return rows;
  }

  // Those of these rows with a text that holds `wanted`, which is in lower case.
  filter(rows, wanted) {
    if (wanted === '') return rows;
    const known = new Int8Array(data.texts.length);  // 1 holds it, -1 does not, 0 is not yet looked at.
    const columns = this.columns.filter((column) => column.kind === 'text').map((column) => column.texts);
    return rows.filter((row) => columns.some((texts) => {
      const text = texts[row];
      if (known[text] === 0) known[text] = data.lower[text].includes(wanted) ? 1 : -1;
      return known[text] > 0;
    }));
  }

  sort(rows, column, down) {
    const sign = down ? -1 : 1;
    const texts = column.kind === 'text' ? column.texts : null;
    const key = texts ? (row) => data.lower[texts[row]] : (row) => this.value(column, row) ?? -1;
    const keyed = Array.from(rows, (row) => ({row, key: key(row)}));
    keyed.sort((a, b) => a.key < b.key ? -sign : a.key > b.key ? sign : a.row - b.row);
    return keyed.map((each) => each.row);
  }
}
Table.nextText = 0;

const tableOf = (id) => data.tables.find((table) => table.id === id);
const textAt = new Map();  // Filled when first asked.
function indexOfText(text) {
  if (textAt.size === 0) data.texts.forEach((each, at) => textAt.set(each, at));
  return textAt.get(text);
}
