'use strict';
for (const box of document.querySelectorAll('pre.copy')) {
  const bar = document.createElement('div');
  bar.className = 'copier';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', 'Copy: ' + box.getAttribute('aria-label'));
  const said = document.createElement('span');
  said.setAttribute('role', 'status');
  bar.append(button, said);
  box.before(bar);
  button.addEventListener('click', () => {
    getSelection().selectAllChildren(box);
    // Without a network and from a file, where the newer interface may be refused.
    said.textContent = document.execCommand('copy') ? 'Copied' : 'Selected: copy it with the keyboard';
  });
}
