// The public page. On a narrow screen the table of contents begins closed, so that the plan itself is seen first; and
// all the words of an item are lit when a link leads to it, since another item inside them cuts them into pieces.

const contents = document.querySelector("[data-contents]");
if (contents && window.matchMedia("(max-width: 60rem)").matches) contents.open = false;

function light() {
  const ref = window.location.hash.slice(1);
  for (const mark of document.querySelectorAll("mark.is-current")) mark.classList.remove("is-current");
  if (!/^[a-z]+-\d+$/.test(ref)) return;
  for (const mark of document.querySelectorAll(`mark[data-refs~="${ref}"]`)) mark.classList.add("is-current");
}
window.addEventListener("hashchange", light);
light();
