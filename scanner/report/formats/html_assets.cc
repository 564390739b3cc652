// The hashes of the policy are those of the two texts, to the byte. Tested by
// tests/e2e/html_report_test.py, which says the right ones where they are wrong.
#include "scanner/report/formats/html_assets.h"

namespace caascan::report {

const std::string_view kHtmlStyle = R"css(
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5a6472;--line:#d5dae1;--page:#fff;--band:#f4f6f8;--bar:#2f6fb2;--whisker:#1b1f24;--link:#1a5fa8}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#9aa5b4;--line:#39424e;--page:#14181d;--band:#1d232a;--bar:#5b9bdc;--whisker:#e4e8ee;--link:#7db5ef}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:75rem;padding:1rem;background:var(--page);color:var(--ink);font:16px/1.45 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.5rem 0}
h2{font-size:1.2rem;margin:0 0 .3rem}
a{color:var(--link)}
nav{display:flex;flex-wrap:wrap;gap:.2rem .9rem;margin:.5rem 0 1.5rem;font-size:.9rem}
section{margin:0 0 2.2rem}
p{margin:.2rem 0 .6rem;color:var(--soft);max-width:50rem}
.scroll{overflow-x:auto;width:fit-content;max-width:100%;border:1px solid var(--line);border-radius:4px}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
tbody tr:nth-child(even){background:var(--band)}
tbody tr:last-child td{border-bottom:0}
th{background:var(--band);white-space:nowrap}
th button{all:unset;cursor:pointer;font-weight:600}
th button:focus-visible{outline:2px solid var(--bar)}
th[aria-sort=ascending] button::after{content:" \2191"}
th[aria-sort=descending] button::after{content:" \2193"}
.n{text-align:right;white-space:nowrap}
td.t{overflow-wrap:break-word;max-width:26rem}
.ci{color:var(--soft)}
input{font:inherit;font-size:.88rem;padding:.2rem .5rem;margin:0 0 .4rem;width:16rem;max-width:100%;color:inherit;background:var(--page);border:1px solid var(--line);border-radius:4px}
.plot{overflow-x:auto;margin:.3rem 0 .8rem}
svg{display:block;width:100%;min-width:34rem;max-width:46rem;height:auto}
svg text{font-size:12px;fill:var(--ink)}
svg .v{fill:var(--soft)}
svg .b{fill:var(--bar)}
svg .w{stroke:var(--whisker);stroke-width:1.5}
svg .a{stroke:var(--line)}
svg .c{fill:none;stroke:var(--bar);stroke-width:2}
pre{overflow-x:auto;background:var(--band);padding:.6rem;border-radius:4px;font-size:.85rem}
@media (max-width:40rem){body{padding:.6rem}th,td{padding:.2rem .4rem}}
@media print{nav,input{display:none}body{max-width:none;font-size:11px}.scroll{overflow:visible;border:0}section{break-inside:auto}tr{break-inside:avoid}}
)css";

const std::string_view kHtmlScript = R"js(
'use strict';
for (const section of document.querySelectorAll('section')) {
  const body = section.querySelector('tbody');
  if (!body) continue;
  const heads = [...section.querySelectorAll('th')];
  const value = (row, at) => {
    const cell = row.cells[at];
    return heads[at].classList.contains('n') ? Number(cell.dataset.v ?? -1) : cell.textContent;
  };
  heads.forEach((head, at) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const numbers = head.classList.contains('n');
      const before = head.getAttribute('aria-sort');
      const down = before ? before === 'ascending' : numbers;
      heads.forEach((other) => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows];
      rows.sort((a, b) => {
        const x = value(a, at), y = value(b, at);
        const order = numbers ? x - y : x < y ? -1 : x > y ? 1 : 0;
        return down ? -order : order;
      });
      body.append(...rows);
    });
  });
  if (body.rows.length < 8) continue;
  const input = document.createElement('input');
  input.type = 'search';
  input.placeholder = 'Filter these rows';
  input.setAttribute('aria-label', 'Filter the rows of this table');
  section.querySelector('.scroll').before(input);
  input.addEventListener('input', () => {
    const wanted = input.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
)js";

const std::string_view kHtmlPolicy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "style-src 'sha256-IXEXBa79vDmR+Vi4F968jgfc6Lvj+7euv3UMl7y7CdI='; "
    "script-src 'sha256-i97lfoj3GhgY02cje5cm3CsBOr3UjQE67tZ+xdXG7HM='";

}  // namespace caascan::report
