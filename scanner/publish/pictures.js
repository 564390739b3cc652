'use strict';
// Pictures of tables, as SVG in units of the screen's pixels. Each takes a table and the width that there is, and gives an
// element, or null where the table has nothing to draw.

const OUTCOMES = ['permit', 'deny', 'servfail', 'timeout', 'lame', 'error'];
const FAILURES = ['servfail', 'timeout', 'lame'];
const LETTER = 7;  // About as wide as a letter is at 12 pixels.

function svgElement(name, values, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(values)) {
    element.setAttribute(key, typeof value === 'number' ? Math.round(value * 10) / 10 : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// A picture's parts are links or plain, so it is a group with a name rather than an image.
function picture(name, width, height, children) {
  return svgElement('svg', {role: 'group', 'aria-label': name, viewBox: `0 0 ${width} ${height}`, width, height}, ...children);
}

const label = (x, y, anchor, text, kind = 'v') => svgElement('text', {class: kind, x, y, 'text-anchor': anchor}, text);
const line = (kind, x1, y1, x2, y2) => svgElement('line', {class: kind, x1, y1, x2, y2});
const cut = (text, size) => text.length > size ? `${text.slice(0, size - 1)}\u2026` : text;
const titled = (element, text) => { element.append(svgElement('title', {}, text)); return element; };

function linked(column, text, element) {
  const target = addressOf(column.id, text);
  return target === null ? element : svgElement('a', {href: target}, element);
}

// Bars of the first rows: shares with their intervals where each row has one, else counts.
function bars(table, width) {
  const rows = [...Array(Math.min(table.rows, 12)).keys()];
  const share = table.columns.find((column) => column.kind === 'share');
  const shares = share && rows.every((row) => table.share(share, row));
  const column = shares ? share : table.columns.find((each) => each.kind === 'count');
  if (!column || rows.length === 0) return null;
  const left = Math.min(200, width * 0.36), letters = Math.floor((left - 8) / LETTER);
  const scaled = width - left - (shares ? 165 : 80);
  const ends = rows.map((row) => shares ? interval(...table.share(column, row)) : [0, table.value(column, row)]);
  const most = Math.max(...ends.map((end) => end[1]));
  if (!(most > 0) || scaled < 20) return null;
  const parts = [line('a', left, 0, left, rows.length * 20)];
  rows.forEach((row, i) => {
    const name = table.text(table.first, row), y = i * 20, scale = scaled / most;
    parts.push(linked(table.first, name, titled(label(left - 8, y + 14, 'end', cut(name, letters), 'k'), name)));
    parts.push(svgElement('rect', {class: 'b', x: left, y: y + 3, width: table.value(column, row) * scale, height: 14}));
    if (shares) parts.push(line('w', left + ends[i][0] * scale, y + 10, left + ends[i][1] * scale, y + 10));
    parts.push(label(left + ends[i][1] * scale + 8, y + 14, 'start', table.text(column, row)));
  });
  return picture(`${table.title}: ${column.heading} by ${table.first.heading}`, width, rows.length * 20, parts);
}

const outcomeColumns = (table) => OUTCOMES.map((id) => table.column(id)).filter((column) => column?.kind === 'count');

// A bar of outcomes, as wide as the shares of each.
function outcomeBar(table, row, x, y, width) {
  const columns = outcomeColumns(table);
  const all = columns.reduce((sum, column) => sum + table.value(column, row), 0);
  let at = x;
  return columns.filter((column) => table.value(column, row) > 0).map((column) => {
    const count = table.value(column, row), size = width * count / all;
    const part = svgElement('rect', {class: `o o-${column.id}`, x: at, y, width: size, height: 14});
    at += size;
    return titled(part, `${column.id}: ${grouped(count)} (${percent(count / all)} %)`);
  });
}

function outcomeLegend(width, y) {
  let x = 0;
  const parts = [];
  for (const id of OUTCOMES) {
    const size = 26 + id.length * LETTER;
    if (x + size > width) [x, y] = [0, y + 20];
    parts.push(svgElement('rect', {class: `o o-${id}`, x, y: y + 3, width: 14, height: 14}), label(x + 18, y + 14, 'start', id));
    x += size + 8;
  }
  return {parts, end: y + 24};
}

// The outcomes of the first rows, each as shares of its names.
function stack(table, width) {
  if (outcomeColumns(table).length < 5 || table.first.kind !== 'text') return null;
  const rows = [...Array(Math.min(table.rows, 15)).keys()];
  const left = Math.min(200, width * 0.36), letters = Math.floor((left - 8) / LETTER);
  const legend = outcomeLegend(width, 0), parts = legend.parts;
  rows.forEach((row, i) => {
    const name = table.text(table.first, row), y = legend.end + i * 20;
    parts.push(linked(table.first, name, titled(label(left - 8, y + 14, 'end', cut(name, letters), 'k'), name)));
    parts.push(...outcomeBar(table, row, left, y + 3, width - left));
  });
  return picture(`Outcomes by ${table.first.heading}, as shares`, width, legend.end + rows.length * 20, parts);
}

const powersOfTen = (from, to) => [...Array(to - from + 1).keys()].map((step) => 10 ** (from + step));
const powerText = (value) => value >= 1e6 ? `${value / 1e6} M` : value >= 1e3 ? `${value / 1e3} k` : `${value}`;

// Rows as points: names to the right, the share that fails upwards, both by their logarithm; the worst have their names on.
function scatter(table, width) {
  const names = table.column('names'), share = table.column('share');
  if (table.first.id !== 'operator' || !names || share?.kind !== 'share' || outcomeColumns(table).length < 5) return null;
  const failed = FAILURES.map((id) => table.column(id));
  const points = [];
  let most = 10, least = 0.1;
  for (let row = 0; row < table.rows; ++row) {
    const x = table.value(names, row), y = table.value(share, row);
    if (!(x > 0) || !(y > 0)) continue;
    const counts = failed.map((column) => table.value(column, row));
    points.push({row, x, y, broken: counts[0] + counts[1] + counts[2], kind: counts.indexOf(Math.max(...counts))});
    most = Math.max(most, x);
    least = Math.min(least, y);
  }
  if (points.length < 3) return null;
  const decades = Math.ceil(Math.log10(most)), depth = Math.ceil(-Math.log10(least));
  const left = 52, top = 34, plotWidth = width - left - 12, plotHeight = Math.max(220, Math.min(400, width * 0.55));
  const atX = (value) => left + plotWidth * Math.log10(value) / decades;
  const atY = (value) => top + plotHeight * -Math.log10(value) / depth;
  const parts = [];
  for (const value of powersOfTen(0, decades)) {
    parts.push(line('a', atX(value), top, atX(value), top + plotHeight),
      label(atX(value), top + plotHeight + 18, value > 1 ? 'middle' : 'start', powerText(value)));
  }
  for (const value of powersOfTen(-depth, 0)) {
    parts.push(line('a', left, atY(value), left + plotWidth, atY(value)),
      label(left - 6, atY(value) + 4, 'end', `${Number((value * 100).toPrecision(1))} %`));
  }
  parts.push(label(left + plotWidth, top + plotHeight + 36, 'end', 'names'), label(0, 26, 'start', 'share that fails'));
  const drawn = new Set(), dots = ['', '', ''];
  for (const {x, y, kind} of points) {
    const dot = `${Math.round(atX(x) / 2) * 2} ${Math.round(atY(y) / 2) * 2}`;
    if (drawn.has(`${kind} ${dot}`)) continue;
    drawn.add(`${kind} ${dot}`);
    dots[kind] += `M${dot}h0`;
  }
  FAILURES.forEach((id, kind) => {
    const x = left + 120 + kind * 76;
    parts.push(svgElement('path', {class: `d d-${id}`, d: `${dots[kind]}M${x} 12h0`}), label(x + 8, 16, 'start', id));
  });
  parts.push(...worst(table, points, atX, atY, width));
  return picture('Operators: names hosted against the share of them whose look-up fails', width, top + plotHeight + 42, parts);
}

// Links on the points with most failing names, as far as they do not cover each other.
function worst(table, points, atX, atY, width) {
  const taken = [], parts = [];
  for (const {row, x, y, broken} of points.sort((a, b) => b.broken - a.broken).slice(0, 1000)) {
    const whole = table.text(table.first, row), name = cut(whole, 24), size = name.length * LETTER;
    const right = atX(x) + 8 + size < width, at = right ? atX(x) + 7 : atX(x) - 7 - size;
    const box = {left: at, right: at + size, top: atY(y) - 8, bottom: atY(y) + 8};
    if (at < 0 || taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)) continue;
    taken.push(box);
    const text = titled(label(at, atY(y) + 4, 'start', name, 'k'), `${whole}: ${grouped(broken)} of ${grouped(x)} names fail`);
    parts.push(linked(table.first, whole, text));
    if (parts.length === (width < 500 ? 8 : 16)) break;
  }
  return parts;
}

// A distribution: shares upwards, values to the right by their logarithm.
function curve(table, width) {
  if (table.curve.length === 0) return null;
  const values = table.curve.map((point) => point[1]), from = Math.floor(Math.log10(Math.max(0.1, Math.min(...values))));
  const least = 10 ** from, most = Math.max(least, ...values);
  const decades = Math.max(1, Math.ceil(Math.log10(most / least)));
  const left = 52, plotWidth = width - left - 24, height = 220;
  const atX = (value) => left + plotWidth * Math.log10(Math.max(value, least) / least) / decades;
  const atY = (share) => 10 + height * (1 - share);
  const parts = [];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(line('a', left, atY(share), left + plotWidth, atY(share)), label(left - 6, atY(share) + 4, 'end', `${share * 100} %`));
  }
  for (const value of powersOfTen(from, from + decades)) {
    parts.push(line('a', atX(value), 10, atX(value), 10 + height), label(atX(value), height + 28, 'middle', powerText(Number(value.toPrecision(1)))));
  }
  parts.push(svgElement('polyline', {class: 'c', points: table.curve.map(([share, value]) => `${atX(value).toFixed(1)},${atY(share).toFixed(1)}`).join(' ')}));
  return picture(table.curveTitle, width, height + 36, parts);
}

// Shares over time, with a legend. Lines differ in colour and in their dashes.
function timeLines(table, width) {
  const all = table.lines.flatMap((each) => each.points);
  const times = all.map((point) => point[1]), first = Math.min(...times), last = Math.max(...times);
  if (!(last > first)) return null;
  const most = Math.max(...all.map((point) => point[0])) || 1;
  const left = 60, plotWidth = width - left - 40, height = 220;
  const atX = (ms) => left + plotWidth * (ms - first) / (last - first);
  const atY = (share) => 10 + height * (1 - share / most);
  const parts = [], steps = width < 500 ? 2 : 4;
  for (let step = 0; step <= steps; ++step) {
    const share = most * step / steps, ms = first + (last - first) * step / steps;
    parts.push(line('a', left, atY(share), left + plotWidth, atY(share)),
      label(left - 6, atY(share) + 4, 'end', `${(share * 100).toFixed(1)} %`),
      label(atX(ms), height + 28, 'middle', timeText(ms / 1000).slice(0, 10)));
  }
  table.lines.forEach((each, i) => {
    const y = height + 50 + 20 * i;
    parts.push(svgElement('polyline', {class: `l l${i}`, points: each.points.map(([share, ms]) => `${atX(ms).toFixed(1)},${atY(share).toFixed(1)}`).join(' ')}),
      line(`l l${i}`, left, y, left + 40, y), label(left + 50, y + 4, 'start', cut(each.name, 60)));
  });
  return picture(`${table.title} over time`, width, height + 50 + 20 * table.lines.length, parts);
}

// A share by rank: a line through the rows in their order, with a band of the intervals.
function ranks(table, width) {
  const share = table.columns.find((column) => column.kind === 'share');
  if (!/^rank/.test(table.first.id) || !share) return null;
  const rows = [...Array(table.rows).keys()].filter((row) => table.share(share, row)).slice(0, 30);
  if (rows.length < 2) return null;
  const spans = rows.map((row) => interval(...table.share(share, row)));
  const most = Math.max(...spans.map((span) => span[1])) || 1;
  const left = 60, plotWidth = width - left - 40, height = 200;
  const atX = (i) => left + plotWidth * i / (rows.length - 1), atY = (value) => 10 + height * (1 - value / most);
  const parts = [];
  for (let step = 0; step <= 4; ++step) {
    parts.push(line('a', left, atY(most * step / 4), left + plotWidth, atY(most * step / 4)),
      label(left - 6, atY(most * step / 4) + 4, 'end', `${percent(most * step / 4)} %`));
  }
  const points = rows.map((row, i) => `${atX(i).toFixed(1)},${atY(table.value(share, row)).toFixed(1)}`);
  const each = Math.ceil(rows.length * 76 / plotWidth);
  rows.forEach((row, i) => {
    parts.push(line('w', atX(i), atY(spans[i][0]), atX(i), atY(spans[i][1])));
    if (i % each === 0) parts.push(label(atX(i), height + 28, 'middle', table.text(table.first, row)));
  });
  parts.push(svgElement('polyline', {class: 'c', points: points.join(' ')}));
  return picture(`${table.title}: ${share.heading} by ${table.first.heading}`, width, height + 36, parts);
}

// Which link of the chain of trust a fault of DNSSEC is about.
const CHAIN = [['delegation (DS and DNSKEY)', /^dnssec_(no_dnskey|ds_)/], ['signatures', /^dnssec_(signature|expiring)/],
  ['proofs of absence', /^dnssec_(denial|nsec3|empty_answers|denies)/], ['algorithms', /^dnssec_algorithm/], ['other', /^dnssec_/]];

// All names, those of each status, and below the chain's links the faults: a tree whose bars are as long as the logarithms.
function chainTree(table, width) {
  const causes = tableOf('dnssec_causes');
  if (table.id !== 'dnssec' || !causes) return null;
  const nodes = [], names = table.column('names'), found = causes.column('names');
  let all = 0;
  for (let row = 0; row < table.rows; ++row) all += table.value(names, row);
  nodes.push({depth: 0, text: 'names', count: all});
  for (let row = 0; row < table.rows; ++row) nodes.push({depth: 1, text: table.text(table.first, row), count: table.value(names, row)});
  const left = new Set(Array(causes.rows).keys());
  for (const [link, codes] of CHAIN) {
    const rows = [...left].filter((row) => codes.test(causes.text(causes.first, row)));
    if (rows.length === 0) continue;
    rows.forEach((row) => left.delete(row));
    nodes.push({depth: 1, text: `faults: ${link}`, count: null});
    for (const row of rows) nodes.push({depth: 2, text: causes.text(causes.first, row), count: causes.value(found, row), code: true});
  }
  const start = Math.min(290, width * 0.52), scale = (width - start - 110) / Math.log10(1 + all), parts = [];
  nodes.forEach(({depth, text, count, code}, i) => {
    const x = depth * 16, y = i * 20;
    if (depth > 0) {
      const parent = nodes.slice(0, i).findLastIndex((node) => node.depth < depth);
      parts.push(svgElement('path', {class: 'a t', d: `M${x - 10} ${parent * 20 + 18}V${y + 10}H${x - 2}`}));
    }
    const name = label(x, y + 14, 'start', cut(text, Math.floor((start - x) / LETTER) - 1), 'k');
    parts.push(code ? linked(causes.first, text, titled(name, text)) : name);
    if (count === null) return;
    parts.push(svgElement('rect', {class: 'b', x: start, y: y + 3, width: Math.max(0, scale) * Math.log10(1 + count), height: 14}),
      label(start + Math.max(0, scale) * Math.log10(1 + count) + 6, y + 14, 'start', `${grouped(count)} (${percent(count / (all || 1))} %)`));
  });
  return picture('DNSSEC: names by status, and the faults in the chain of trust; bars by their logarithm', width, nodes.length * 20 + 4, parts);
}

const CAPTIONS = new Map([[scatter, () => 'Each point is an operator with names that fail; colours are the most frequent failure.'],
  [chainTree, () => 'Bars are as long as the logarithm of their names. A name may have several faults.'],
  [ranks, () => 'With intervals of 95 %.'], [curve, (table) => `${table.curveTitle}.`]]);

function picturesOf(table) {
  const kinds = [scatter, chainTree, ranks, stack, curve, timeLines];
  return table.plotted && !/^rank/.test(table.first.id) && outcomeColumns(table).length < 5 ? [bars, ...kinds] : kinds;
}
