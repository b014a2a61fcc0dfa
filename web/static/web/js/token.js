// The page's own short-lived access token, fetched with the session cookie and the CSRF token; never in a URL.

export const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";

export async function pageToken() {
  const url = document.body.dataset.tokenUrl;
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf() }, credentials: "same-origin" });
  if (answer.status === 401 || answer.status === 403) { location.reload(); return null; }
  if (!answer.ok) throw new Error(`token ${answer.status}`);
  return (await answer.json()).access_token;
}
