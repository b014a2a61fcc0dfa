// The stage says what its buttons did.
import { toast } from "./page.js";

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.elt.hasAttribute("data-says")) toast(event.detail.xhr.responseText);
});
