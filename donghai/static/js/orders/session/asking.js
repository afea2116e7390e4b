// Talking to the JSON doors, under the name that this browser goes by in rooms.

export function myName() {
  let name = localStorage.getItem("room-name");
  if (!name) {
    name = `guest${Math.floor(1000 + Math.random() * 9000)}`;
    localStorage.setItem("room-name", name);
  }
  return name;
}

export const send = (method, url, body) => fetch(url, {
  method,
  headers: { "Content-Type": "application/json", Accept: "application/json" },
  body: JSON.stringify(body),
});

export const post = (url, body) => send("POST", url, body);
