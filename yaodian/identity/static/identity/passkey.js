// Passkeys: asks the server for a challenge, the browser for a key, and gives the answer back. Words come from the page.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function optionsOf(answer) {
  const options = answer.publicKey;
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials]) {
    for (const one of list ?? []) one.id = bytes(one.id);
  }
  return { publicKey: options };
}

function answerOf(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function send(place, address, body) {
  const token = place.querySelector("input[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  return { isGood: answer.ok, told };
}

function say(place, sentence) {
  const line = place.querySelector(".field-error");
  line.querySelector("span").textContent = sentence;
  line.hidden = !sentence;
}

async function run(place) {
  say(place, "");
  let begun;
  try {
    begun = await send(place, place.dataset.begin, {});
  } catch {
    return say(place, place.dataset.offline);
  }
  if (!begun.isGood) return say(place, begun.told.detail || place.dataset.failed);
  let credential;
  try {
    const options = optionsOf(begun.told);
    credential = await (place.dataset.passkey === "add"
      ? navigator.credentials.create(options)
      : navigator.credentials.get(options));
  } catch {
    return say(place, place.dataset.failed);
  }
  const answer = answerOf(credential);
  const body = place.dataset.passkey === "add" ? { name: place.querySelector("#passkey-name").value, credential: answer } : answer;
  try {
    const finished = await send(place, place.dataset.finish, body);
    if (!finished.isGood) return say(place, finished.told.detail || place.dataset.failed);
    location.assign(finished.told.next);
  } catch {
    say(place, place.dataset.offline);
  }
}

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const notice of document.querySelectorAll("[data-without-passkeys]")) notice.hidden = true;
  for (const place of document.querySelectorAll("[data-passkey]")) {
    place.hidden = false;
    const button = place.querySelector("button");
    button.addEventListener("click", async () => {
      button.disabled = true;
      await run(place);
      button.disabled = false;
    });
  }
}
