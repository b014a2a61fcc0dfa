// "Here": the browser's position goes into the form, in WGS-84 degrees, only when the person asks for it.

const button = document.querySelector("[data-locate]");
if (button && navigator.geolocation) {
  const note = document.getElementById("place");
  const said = note.querySelector("span");
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = note.dataset.asks;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      button.form.elements.lon.value = coords.longitude.toFixed(6);
      button.form.elements.lat.value = coords.latitude.toFixed(6);
      said.textContent = note.dataset.known.replace("{n}", String(Math.round(coords.accuracy)));
    }, (refused) => { said.textContent = refused.message; }, { enableHighAccuracy: true, timeout: 10000 });
  });
}
