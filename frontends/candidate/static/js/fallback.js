// Where the page's modules cannot run or load (an old browser, a lost network), this says so. Plain old JavaScript.
(function () {
  function tell() {
    var root = document.documentElement;
    var place = document.getElementById("not-started");
    if (!place || root.hasAttribute("data-started")) return;
    place.hidden = false;
  }
  window.addEventListener("error", tell, true);
  window.addEventListener("unhandledrejection", tell);
  document.addEventListener("click", function (event) {
    if (event.target instanceof Element && event.target.id === "start-again") location.reload();
  });
  // Another language is another page: the token in the fragment goes along.
  document.querySelectorAll("a[data-language]").forEach(function (link) {
    link.addEventListener("click", function () {
      link.href = link.href.split("#")[0] + location.hash;
    });
  });
  if (!("noModule" in document.createElement("script"))) tell();
})();
