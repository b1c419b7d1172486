"use strict";
// The page reads without this; it only adds filter, copy, and opening what a link leads to.
(function () {
  var findings = Array.prototype.slice.call(document.querySelectorAll(".finding"));
  var form = document.getElementById("filter");
  var output = form.querySelector("output");
  var openAll = document.getElementById("open-all");
  var texts = null;

  function matches(finding, index, wanted) {
    if (wanted.grade && finding.dataset.grade !== wanted.grade) return false;
    if (wanted.cause && finding.dataset.cause !== wanted.cause) return false;
    if (wanted.since && finding.dataset.since !== wanted.since) return false;
    if (wanted.type && finding.dataset.type !== wanted.type) return false;
    // A fault of the guide is of no interaction, and shows in all of them.
    var interaction = finding.dataset.interaction;
    if (wanted.interaction && interaction && interaction !== wanted.interaction) return false;
    return wanted.words.every(function (word) { return texts[index].indexOf(word) >= 0; });
  }

  function filter() {
    var wanted = {
      grade: form.grade.value,
      cause: form.cause.value,
      since: form.since ? form.since.value : "",
      type: form.elements.type.value,
      interaction: form.interaction.value,
      words: form.text.value.toLowerCase().split(/\s+/).filter(Boolean)
    };
    if (wanted.words.length && !texts) {
      texts = findings.map(function (finding) { return finding.textContent.toLowerCase(); });
    }
    var shown = 0;
    findings.forEach(function (finding, index) {
      var show = matches(finding, index, wanted);
      finding.hidden = !show;
      if (show) shown += 1;
    });
    document.querySelectorAll(".cause").forEach(function (section) {
      section.hidden = !section.querySelector(".finding:not([hidden])");
    });
    var words = shown === findings.length ? form.dataset.all : form.dataset.some;
    output.textContent = words.replace("{shown}", shown).replace("{count}", findings.length);
  }

  function set(name, value) {
    var select = form.elements[name];
    select.value = value;
    if (select.value !== value) select.value = "";
  }

  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    var target = id && document.getElementById(id);
    if (!target) return;
    var finding = target.closest(".finding");
    if (finding && finding.hidden) {
      form.reset();
      filter();
    }
    for (var node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    if (finding) {
      finding.scrollIntoView();
      finding.querySelector("summary").focus({ preventScroll: true });
    }
  }

  function copy(event) {
    var button = event.currentTarget;
    var code = button.parentElement.querySelector("code");
    var label = button.dataset.label || (button.dataset.label = button.textContent);
    function done() {
      button.textContent = form.dataset.copied;
      setTimeout(function () { button.textContent = label; }, 1500);
    }
    function byHand() {
      var range = document.createRange();
      range.selectNodeContents(code);
      var selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      if (document.execCommand("copy")) done();
    }
    if (navigator.clipboard && navigator.clipboard.writeText) {
      navigator.clipboard.writeText(code.textContent).then(done, byHand);
    } else {
      byHand();
    }
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", filter);
  form.addEventListener("reset", function () { setTimeout(filter, 0); });
  openAll.addEventListener("click", function () {
    var open = openAll.textContent === form.dataset.open;
    findings.forEach(function (finding) { if (!finding.hidden) finding.open = open; });
    openAll.textContent = open ? form.dataset.close : form.dataset.open;
  });
  document.querySelectorAll(".copy").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", copy);
  });
  document.querySelectorAll(".matrix a").forEach(function (link) {
    link.addEventListener("click", function () {
      form.reset();
      set("type", link.dataset.type);
      set("interaction", link.dataset.interaction);
      filter();
    });
  });
  addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) setTimeout(reveal, 0);
  });
  filter();
  reveal();
})();
