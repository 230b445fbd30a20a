/* What a person would see wrong on the page, as a list of sentences: sideways scroll, clipped text, missing glyphs. */
() => {
  const root = document.documentElement;
  const found = [];
  const name = (one) => `<${one.tagName.toLowerCase()} class="${one.getAttribute("class") || ""}"> “${(one.value || one.textContent).trim().slice(0, 30)}”`;
  const style = (one) => getComputedStyle(one);

  if (root.scrollWidth > root.clientWidth) found.push(`sideways scroll: ${root.scrollWidth} px on ${root.clientWidth} px`);

  /* Meant for screen readers alone, or not shown at all. */
  const hidden = (one) => {
    if (!one.checkVisibility({ visibilityProperty: true })) return true;
    for (let up = one; up && up !== root; up = up.parentElement) {
      const box = up.getBoundingClientRect();
      if (style(up).position === "absolute" && (box.width <= 1 || box.right < 0)) return true;
    }
    return false;
  };
  const texts = (one) => [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const block = (one) => {
    while (["inline", "contents"].includes(style(one).display)) one = one.parentElement;
    return one;
  };

  const measure = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const font = (one, size) => `${style(one).fontWeight} ${size} ${style(one).fontFamily}`;

  function clippedDrawing(one) {
    const box = one.getBoundingClientRect();
    if (box.left < 0 || box.right > root.clientWidth) found.push(`text out of the page: ${name(one)} ${box.left}–${box.right}`);
    let picture = one;
    while (picture.ownerSVGElement) picture = picture.ownerSVGElement;
    for (const other of picture.querySelectorAll("text")) {
      const its = other.getBoundingClientRect();
      const apart = its.right <= box.left || its.left >= box.right || its.bottom <= box.top || its.top >= box.bottom;
      if (other !== one && !apart) found.push(`text over text: ${name(one)} and ${name(other)}`);
    }
  }

  function clipped(one) {
    if (one instanceof SVGElement) return clippedDrawing(one);
    const holder = block(one);
    if (holder.scrollWidth > holder.clientWidth + 1) found.push(`clipped text: ${name(one)} ${holder.scrollWidth} px in ${holder.clientWidth} px`);
    for (let up = holder; up && up !== root; up = up.parentElement) {
      const { overflowX, overflowY } = style(up);
      if (["hidden", "clip"].includes(overflowY) && up.scrollHeight > up.clientHeight + 1) found.push(`text cut off below: ${name(up)}`);
      if (!["hidden", "clip", "visible"].includes(overflowX)) {
        if (!up.matches(".zz-scroll")) found.push(`scrolls inside: ${name(up)}`);
        return;
      }
    }
    for (const node of texts(one)) {
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.right > root.clientWidth + 1 || box.left < -1) found.push(`text out of the page: ${name(one)} ${box.left}–${box.right}`);
      }
    }
  }

  function clippedControl(one) {
    if (one.tagName !== "SELECT") {
      if (one.scrollWidth > one.clientWidth + 1) found.push(`clipped value: ${name(one)} ${one.scrollWidth} px in ${one.clientWidth} px`);
      return;
    }
    const text = one.selectedOptions[0]?.text || "";
    const { fontSize, paddingLeft, paddingRight } = style(one);
    measure.font = font(one, fontSize);
    const room = one.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    if (measure.measureText(text).width > room + 1) found.push(`clipped choice: “${text}” in ${room} px`);
  }

  /* A character without a glyph is drawn as the font's box, and so is a code point that no font can have. */
  const drawn = (char, family) => {
    measure.canvas.width = measure.canvas.height = 32;
    measure.font = `24px ${family}`;
    measure.fillText(char, 4, 26);
    return measure.getImageData(0, 0, 32, 32).data.join();
  };
  const wanted = new Map();
  const want = (text, one) => {
    const family = style(one).fontFamily;
    if (!wanted.has(family)) wanted.set(family, new Set());
    for (const char of text) if (/[^\s\p{Cc}\p{Cf}]/u.test(char)) wanted.get(family).add(char);
  };

  for (const one of document.body.querySelectorAll("*")) {
    if (["SCRIPT", "OPTION", "OPTGROUP"].includes(one.tagName) || hidden(one)) continue;
    if (one.matches("input:not([type=radio], [type=checkbox], [type=hidden], [type=date]), select, textarea")) {
      clippedControl(one);
      want(one.tagName === "SELECT" ? one.selectedOptions[0]?.text || "" : one.value || one.placeholder || "", one);
    } else if (texts(one).length) {
      clipped(one);
      texts(one).forEach((node) => want(node.data, one));
    }
  }
  for (const one of document.images) if (!one.complete || !one.naturalWidth) found.push(`no picture: ${one.src}`);
  for (const [family, chars] of wanted) {
    const boxes = new Set(["\uFFFF", "\u{10FFFF}", "\u0378"].map((char) => drawn(char, family)));
    const missing = [...chars].filter((char) => boxes.has(drawn(char, family)));
    if (missing.length) found.push(`no glyph in ${family}: ${missing.join("")}`);
  }
  return found;
}
