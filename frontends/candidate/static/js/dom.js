/** Small helpers over the document. Text is always set as text, never parsed as HTML. */

/**
 * The one element that a selector finds. Throws where there is none: then page and templates disagree.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new (...args: never[]) => T} kind
 * @returns {T}
 */
export function one(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`no ${kind.name} ${selector}`);
  return found;
}

/**
 * The element marked data-slot="name".
 * @param {ParentNode} root
 * @param {string} name
 */
export function slot(root, name) {
  return one(root, `[data-slot="${name}"]`, HTMLElement);
}

/**
 * Put texts into slots.
 * @param {ParentNode} root
 * @param {Record<string, string>} texts  by slot name
 */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const found of root.querySelectorAll(`[data-slot="${name}"]`)) found.textContent = text;
  }
}

/**
 * A button, by its data-action.
 * @param {ParentNode} root
 * @param {string} action
 */
export function button(root, action) {
  return one(root, `button[data-action="${action}"]`, HTMLButtonElement);
}

/**
 * An element with a class and a text.
 * @param {string} tag
 * @param {string} [text]
 * @param {string} [className]
 */
export function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

/**
 * Say that something went wrong in a screen's own place for it (an element with role="alert"), or clear it.
 * @param {HTMLElement} place
 * @param {string} text  empty: nothing is wrong any more
 */
export function say(place, text) {
  place.textContent = text;
  place.hidden = text === "";
}

/**
 * Wait until one of these buttons is pressed.
 * @param {ParentNode} root
 * @param {string[]} actions
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>}  which; never resolves once the signal has aborted
 */
export function pressed(root, actions, signal) {
  return new Promise((resolve) => {
    for (const action of actions) {
      button(root, action).addEventListener("click", () => resolve(action), { signal });
    }
  });
}

/**
 * Run something that takes a moment: the button is busy until then, so that nobody presses it twice.
 * @template T
 * @param {HTMLButtonElement} pressed
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function busy(pressed, action) {
  pressed.setAttribute("aria-busy", "true");
  pressed.disabled = true;
  try {
    return await action();
  } finally {
    pressed.removeAttribute("aria-busy");
    pressed.disabled = false;
  }
}
