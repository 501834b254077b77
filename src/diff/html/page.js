
'use strict';
// Hides what does not match. The filter stands in the address, so that a link keeps it.
(() => {
  const form = document.getElementById('filter');
  if (!form) return;
  const text = form.elements.text;
  const boxes = [...form.querySelectorAll('[name=impact]')];
  const sections = [...document.querySelectorAll('section')].map((section) => ({
    section,
    title: section.querySelector('h2').textContent.toLowerCase(),
    rows: [...section.querySelectorAll('[data-impact]')].map((row) => ({
      row,
      text: row.textContent.toLowerCase(),
      impacts: row.dataset.impact.split(' '),
      field: row.classList.contains('field'),
    })),
  }));
  const count = (n, word) => n + ' ' + word + (n === 1 ? '' : 's');
  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let objects = 0;
    let fields = 0;
    for (const { section, title, rows } of sections) {
      let shown = 0;
      for (const { row, text, impacts, field } of rows) {
        const found = words.every((word) => title.includes(word) || text.includes(word));
        row.hidden = !found || !impacts.some((impact) => wanted.has(impact));
        shown += row.hidden ? 0 : 1;
        fields += row.hidden || !field ? 0 : 1;
      }
      section.hidden = shown === 0;
      objects += section.hidden ? 0 : 1;
    }
    document.getElementById('nothing').hidden = objects > 0;
    form.querySelector('output').textContent = count(objects, 'object') + ', ' + count(fields, 'field');
  };
  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    text.value = said.get('text') ?? '';
    const impacts = said.get('impact');
    for (const box of boxes) box.checked = impacts === null || impacts.split(' ').includes(box.value);
    apply();
  };
  const keep = () => {
    const said = new URLSearchParams();
    if (text.value) said.set('text', text.value);
    if (boxes.some((box) => !box.checked)) {
      said.set('impact', boxes.filter((box) => box.checked).map((box) => box.value).join(' '));
    }
    const query = said.toString();
    history.replaceState(null, '', query ? '#' + query : location.pathname + location.search);
    apply();
  };
  form.addEventListener('input', keep);
  form.addEventListener('submit', (event) => event.preventDefault());
  addEventListener('hashchange', read);
  form.hidden = false;
  if (/^#(text|impact)=/.test(location.hash)) read();
  else apply();
})();
