/**
 * Copies the text of an element to the clipboard. Returns whether it is there; if not, the text is selected, so that a user can copy
 * it. Browsers offer their clipboard to secure origins only, and this page is also served over plain HTTP.
 */
export async function copyText(element: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}

/** Copies a text, as `copyText` does. */
export async function copyString(text: string): Promise<boolean> {
  const element = document.body.appendChild(document.createElement('pre'));
  element.textContent = text;
  const isCopied = await copyText(element);
  element.remove();
  return isCopied;
}
