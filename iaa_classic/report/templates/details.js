// Details of a photograph, which lie in the page compressed until they are looked at.
"use strict";
const details = (() => {
  // As a fragment in which the larger picture is still missing.
  async function unpack(id) {
    const text = document.getElementById(`photo-${id}`).textContent;
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const template = document.createElement("template");
    template.innerHTML = await new Response(stream).text();
    return document.importNode(template.content, true);
  }

  async function load(id) {
    const content = await unpack(id);
    for (const image of content.querySelectorAll("img.later")) image.src = document.getElementById(`picture-${id}`).textContent;
    return content;
  }

  return { load, unpack };
})();
