// Hands the card to the bank, and to us only the token that comes back. The card's inputs have no names, so that no form
// can ever send them here.

const patience_ms = 15_000;
const form = document.getElementById("checkout");
const inputs = [...form.querySelectorAll("input[data-card]")];
const button = form.querySelector("button[type=submit]");
const alert = form.querySelector("[role=alert]");
const label = button.textContent;

function complain(input, sentence) {
  const place = document.getElementById(`${input.id}_error`);
  place.textContent = sentence;
  place.hidden = !sentence;
  input.removeAttribute("aria-invalid");
  input.removeAttribute("aria-describedby");
  if (sentence) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", place.id);
  }
}

function announce(sentence) {
  alert.firstElementChild.textContent = sentence;
  alert.hidden = !sentence;
}

function rest() {
  form.elements.card_token.value = "";
  button.disabled = false;
  button.textContent = label;
}

function sentence(input, detail) {
  const what = input.labels[0].textContent.replace(/ *\(.*\)$/, "").toLowerCase(); // without "(MM/YY)"
  const text = /^(must|is) /.test(detail) ? `The ${what} ${detail}` : detail;
  return text.endsWith(".") ? text : `${text}.`;
}

// Puts the bank's complaints beside their fields; false when there were none for any field here.
function show(problem) {
  const found = inputs.filter((input) => {
    const error = (problem.errors ?? []).find(({ pointer }) => pointer === `/${input.dataset.card}`);
    if (error) complain(input, sentence(input, error.detail));
    return error;
  });
  found[0]?.focus();
  return found.length > 0;
}

async function token() {
  const card = Object.fromEntries(inputs.map((input) => [input.dataset.card, input.value.trim()]));
  const answer = await fetch(form.dataset.tokenise, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(card),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(patience_ms),
  });
  const said = await answer.json();
  if (answer.ok && typeof said.token === "string") return said.token;
  if (answer.status === 400 && show(said)) return "";
  throw new Error(`the bank answered ${answer.status}`);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  button.textContent = "One moment…";
  announce("");
  inputs.forEach((input) => complain(input, ""));
  try {
    form.elements.card_token.value = await token();
  } catch {
    announce("The bank is out of reach just now. Nothing was charged; please try again in a moment.");
  }
  if (!form.elements.card_token.value) return rest();
  inputs.forEach((input) => (input.value = ""));
  form.submit(); // not requestSubmit(): this is the second half of what the visitor asked for
});

window.addEventListener("pageshow", (event) => event.persisted && rest());
button.disabled = false;
