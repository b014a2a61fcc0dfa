// Passkeys: asks the browser for one and sends what it answers in the form's hidden field. Works on forms with data-passkey.

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  if (!buffer) return undefined;
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const listed = (all = []) => all.map((one) => ({ ...one, id: bytes(one.id) }));

async function make(options, isAlone) {
  const wanted = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: listed(options.excludeCredentials) };
  if (isAlone) wanted.authenticatorSelection = { ...wanted.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const made = await navigator.credentials.create({ publicKey: wanted });
  return { response: { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject), transports: made.response.getTransports?.() ?? [] }, made };
}

async function show(options) {
  const wanted = { ...options, challenge: bytes(options.challenge), allowCredentials: listed(options.allowCredentials) };
  const made = await navigator.credentials.get({ publicKey: wanted });
  const { clientDataJSON, authenticatorData, signature, userHandle } = made.response;
  return { response: { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature), userHandle: text(userHandle) }, made };
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.dataset.optionsUrl, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  return (await answer.json()).request_options;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-passkey-button]");
  const complaint = form.querySelector("[data-passkey-complaint]");
  if (!window.PublicKeyCredential) { button.disabled = true; complaint.hidden = false; continue; }
  button.addEventListener("click", async () => {
    complaint.hidden = true;
    button.disabled = true;
    try {
      const { publicKey } = await options(form);
      const isAlone = form.querySelector("[name=passwordless]")?.checked ?? false;
      const { response, made } = form.dataset.passkey === "make" ? await make(publicKey, isAlone) : await show(publicKey);
      form.querySelector("[name=credential]").value = JSON.stringify({
        id: made.id, rawId: text(made.rawId), type: made.type, response,
        authenticatorAttachment: made.authenticatorAttachment ?? undefined, clientExtensionResults: made.getClientExtensionResults(),
      });
      form.requestSubmit();
    } catch {
      complaint.hidden = false;
      button.disabled = false;
    }
  });
}
