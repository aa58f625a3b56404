for (const place of document.querySelectorAll("[data-chart]")) {
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const live = document.createElement("div");
  live.className = "live";
  ctforensicsVega.embed(live, spec, {ast: true, actions: false, renderer: "svg", logLevel: 1, tooltip: {theme: "light"}})
    .then(() => { place.replaceChildren(live); place.dataset.state = "live"; })
    .catch(() => { place.dataset.state = "static"; });
}
