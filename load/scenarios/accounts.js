import { check, fail, sleep } from 'k6';
import http from 'k6/http';

const url = __ENV.BERTH_URL || 'http://127.0.0.1:8080';
const mailUrl = __ENV.BERTH_MAIL_URL || 'http://127.0.0.1:1080';
const json = { headers: { 'content-type': 'application/json' } };
const password = 'Harbour-light-9';

const post = (path, body) => http.post(`${url}${path}`, JSON.stringify(body), json);

/** Registers `count` people, each by the code that the mail catcher has. The budget of codes per source must allow it. */
export function registerPeople(count) {
  const run = Date.now().toString(36);
  const people = [];
  for (let index = 0; index < count; index++) {
    const email = `k6-${run}-${index}@example.org`;
    const asked = post('/v1/codes', { email, purpose: 'register' });
    if (asked.status !== 200)
      fail(`POST /v1/codes: ${asked.status} ${asked.body} (raise CODES_PER_SOURCE_HOUR of verify)`);
    const created = post('/v1/users', { email, code: codeFor(email), name: `k6-${run}-${index}`, password });
    if (created.status !== 201) fail(`POST /v1/users: ${created.status} ${created.body}`);
    people.push({ id: created.json('user.id'), email });
  }
  return people;
}

/** Logs in and answers with the berth: `{url, ticket}`; a refusal that says when to come again is obeyed. */
export function logIn(person) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const answer = post('/v1/sessions', { email: person.email, password, device: { class: 'k6' } });
    if (answer.status === 201) return answer.json('berth');
    if (answer.status !== 503 && answer.status !== 429)
      fail(`POST /v1/sessions: ${answer.status} ${answer.body}`);
    sleep((answer.json('error.retryAfterMs') || 1_000) / 1_000);
  }
  check(null, { 'logged in': () => false });
  return fail('no berth after ten tries');
}

function codeFor(email) {
  for (let attempt = 0; attempt < 50; attempt++) {
    const mail = http
      .get(`${mailUrl}/email`)
      .json()
      .find((each) => each.to.some((to) => to.address === email));
    if (mail) return /\b\d{6}\b/.exec(mail.text)[0];
    sleep(0.2);
  }
  return fail(`no mail to ${email}`);
}
