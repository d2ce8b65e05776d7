// Details of a photograph, which lie in the page compressed until they are looked at.
"use strict";
const details = (() => {
  async function load(id) {
    const text = document.getElementById(`photo-${id}`).textContent;
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const template = document.createElement("template");
    template.innerHTML = await new Response(stream).text();
    const content = document.importNode(template.content, true);
    for (const image of content.querySelectorAll("img.later")) image.src = document.getElementById(`picture-${id}`).textContent;
    return content;
  }

  return { load };
})();
