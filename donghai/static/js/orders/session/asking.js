// Talking to the JSON doors.

export const send = (method, url, body, headers = {}) => fetch(url, {
  method,
  headers: { "Content-Type": "application/json", Accept: "application/json", ...headers },
  body: JSON.stringify(body),
});

export const post = (url, body, headers) => send("POST", url, body, headers);
