// The door's four pages: each form sends one request to the API and shows what it answered.

const ROLES = {
  coordinator: "animation du regroupement",
  treasurer: "trésorerie",
  auditor: "contrôle",
  manager: "responsable",
  contributor: "contribution",
  viewer: "lecture",
  integration: "programme",
};
const find = (selector) => document.querySelector(selector);
const page = location.pathname;
// The fragment never leaves the browser: no server or proxy logs the secret of a mailed link.
const mailed = location.hash.slice(1);

class Refused extends Error {
  constructor(problem) {
    super([...new Set([problem.title, problem.detail])].filter(Boolean).join(" "));
    this.code = problem.code;
  }
}

async function call(method, path, body) {
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(`/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  const found = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Refused(found);
  return found;
}

function given(form) {
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  return Object.fromEntries(fields);
}

function onSubmit(id, act) {
  const form = find(`#${id}`);
  const alert = form.querySelector('[role="alert"]');
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    alert.textContent = "";
    button.disabled = true;
    try {
      await act(given(form));
    } catch (error) {
      alert.textContent = error instanceof Refused ? error.message : "Le service ne répond pas.";
      if (error.code === "second_factor_required") {
        find("#code").hidden = false;
        find("#code input").focus();
      }
    } finally {
      button.disabled = false;
    }
  });
}

function done(title, text) {
  for (const section of document.querySelectorAll("[data-page]")) section.hidden = true;
  find("#done h1").textContent = title;
  find("#done p").textContent = text;
  find("#done").hidden = false;
}

function line(list, text, label, act) {
  const item = document.createElement("li");
  const words = document.createElement("span");
  words.textContent = text;
  item.append(words);
  if (act) {
    const button = document.createElement("button");
    button.className = "quiet";
    button.textContent = label;
    button.addEventListener("click", act);
    item.append(button);
  }
  find(list).append(item);
}

const PAGES = {
  "/sign-in"() {
    onSubmit("sign-in", async (fields) => {
      await call("POST", "/sessions", { ...fields, delivery: "cookie" });
      location.assign("/account");
    });
  },
  "/invitation"() {
    onSubmit("invitation", async (fields) => {
      await call("POST", "/invitations/acceptances", { ...fields, token: mailed });
      done("Bienvenue", "L’invitation est acceptée. Il ne reste qu’à vous connecter.");
    });
  },
  "/password-reset"() {
    find("#ask-reset").hidden = mailed !== "";
    find("#reset").hidden = mailed === "";
    onSubmit("ask-reset", async (fields) => {
      await call("POST", "/password-resets", fields);
      done("Regardez votre messagerie", "Si cette adresse est connue, un lien vient d’y être envoyé.");
    });
    onSubmit("reset", async (fields) => {
      await call("POST", "/password-resets/acceptances", { ...fields, token: mailed });
      done("Mot de passe changé", "Vos sessions ouvertes sont fermées.");
    });
  },
  async "/account"() {
    let me;
    try {
      me = await call("GET", "/me");
    } catch {
      location.assign("/sign-in");
      return;
    }
    find("#who").textContent = me.name;
    find("#mail").textContent = me.email;
    for (const hat of me.memberships) showHat(hat, hat.membership_id === me.membership_id);
    showSessions((await call("GET", "/sessions")).items);
    find("#sign-out").addEventListener("click", async () => {
      await call("DELETE", "/sessions/current");
      location.assign("/sign-in");
    });
    enrolment();
  },
};

function showHat(hat, current) {
  const name = hat.member_name ? `${hat.member_name}, ${hat.cluster_name}` : hat.cluster_name;
  const text = `${name} (${ROLES[hat.role]})${current ? " : en ce moment" : ""}`;
  const act = async () => {
    await call("POST", "/sessions/switches", { membership_id: hat.membership_id });
    location.reload();
  };
  line("#hats", text, "Agir pour elle", current || hat.role === "integration" ? null : act);
}

function showSessions(sessions) {
  const when = new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeStyle: "short" });
  for (const one of sessions) {
    const text = `${when.format(new Date(one.opened_at))}, depuis ${one.origin ?? "?"}`;
    const act = async (event) => {
      await call("DELETE", `/sessions/${one.id}`);
      event.target.closest("li").remove();
    };
    line("#sessions", one.current ? `${text} : celle-ci` : text, "Fermer", one.current ? null : act);
  }
}

function enrolment() {
  onSubmit("enrol", async (fields) => {
    const factor = await call("POST", "/me/second-factor", fields);
    find("#enrol").hidden = true;
    find("#confirm").hidden = false;
    find("#secret").textContent = factor.secret;
    find("#otpauth").href = factor.uri;
  });
  onSubmit("confirm", async (fields) => {
    const { recovery_codes: codes } = await call("POST", "/me/second-factor/confirmations", fields);
    find("#confirm").hidden = true;
    find("#recovery").hidden = false;
    find("#codes").replaceChildren(
      ...codes.map((code) => Object.assign(document.createElement("div"), { textContent: code })),
    );
  });
}

for (const section of document.querySelectorAll("[data-page]")) section.hidden = section.dataset.page !== page;
PAGES[page]?.();
