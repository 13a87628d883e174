// Keys for the review queue. An element with data-key="a" is clicked when "a" is pressed, so that
// everything a key does is also a button, and the page works without this file.

const KEYS_OFF = 'hazardmap.queue.keys-off';
const keysOn = document.querySelector('#keys-on');
const help = document.querySelector('#help');
const boxes = document.querySelector('#boxes');
const picture = document.querySelector('.pictures .boxed-image > img');

const isTextField = (element) =>
    element.closest('textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])');

function showBoxes(shown) {
    document.querySelector('.queue').classList.toggle('no-boxes', !shown);
    boxes.setAttribute('aria-pressed', String(shown));
}

// Small pictures are enlarged to the room there is, so that one can judge what they show.
function enlarge() {
    const byHeight = (0.7 * window.innerHeight * picture.naturalWidth) / picture.naturalHeight;
    picture.width = Math.min(picture.closest('figure').clientWidth, byHeight);
}

function useKeys(on) {
    keysOn.checked = on;
    document.querySelector('.queue').classList.toggle('no-keys', !on);
}

function targetOf(key) {
    if (key === '?') return document.querySelector('#help-open');
    const pictures = [...document.querySelectorAll('.strip a')];
    const current = pictures.findIndex((link) => link.classList.contains('current'));
    if (key === 'ArrowRight') return pictures[current + 1];
    if (key === 'ArrowLeft') return pictures[current - 1];
    const buttons = document.querySelectorAll(`[data-key="${CSS.escape(key.toLowerCase())}"]`);
    return [...buttons].find((button) => button.checkVisibility());
}

document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
        for (const open of document.querySelectorAll('details[open]')) {
            open.open = false;
            open.querySelector('summary').focus();
        }
        return;
    }
    const taken = event.ctrlKey || event.altKey || event.metaKey || event.repeat || help.open;
    if (taken || !keysOn.checked || isTextField(event.target)) return;
    const target = targetOf(event.key);
    if (!target) return;
    event.preventDefault();
    target.click();
});

// A decision is sent once, however often its key is pressed.
for (const form of document.querySelectorAll('form[method=post]')) {
    form.addEventListener('submit', (event) => {
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = 'yes';
    });
}
// Coming back with the browser's "back" shows the old page again: let its forms work.
window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

for (const details of document.querySelectorAll('.actions details')) {
    details.addEventListener('toggle', () => {
        if (details.open) details.querySelector('fieldset button').focus();
    });
}

keysOn.addEventListener('change', () => {
    localStorage.setItem(KEYS_OFF, keysOn.checked ? '' : 'yes');
    useKeys(keysOn.checked);
});
document.querySelector('#help-open').addEventListener('click', () => help.showModal());
if (boxes) {
    boxes.hidden = false;
    boxes.addEventListener('click', () => showBoxes(boxes.getAttribute('aria-pressed') !== 'true'));
}
if (picture) {
    picture.decode().then(enlarge, () => {});
    window.addEventListener('resize', enlarge);
}
document.querySelector('.keys').hidden = false;
useKeys(localStorage.getItem(KEYS_OFF) !== 'yes');
document.querySelector('.queue-title').focus({ preventScroll: true });
