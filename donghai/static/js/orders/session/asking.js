// Talking to the JSON doors.

export const send = (method, url, body) => fetch(url, {
  method,
  headers: { "Content-Type": "application/json", Accept: "application/json" },
  body: JSON.stringify(body),
});

export const post = (url, body) => send("POST", url, body);
