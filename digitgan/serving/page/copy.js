/** Put words on the clipboard, and say so on the button and in the live region. */
export async function copy(words, button, said) {
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const field = document.createElement("textarea"); // without HTTPS there is no clipboard
    field.value = words;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = "Copied";
  said.textContent = "Copied";
  setTimeout(() => (button.textContent = label), 1500);
}
