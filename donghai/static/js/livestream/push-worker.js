// The service worker behind /push.js: shows a reminder, and opens the room when it's tapped.
// It keeps nothing and answers no requests.

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window" });
    const there = open.find((client) => new URL(client.url).pathname === url);
    return there ? there.focus() : self.clients.openWindow(url);
  })());
});
