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
