// Where this viewer stands in the lines of the room.

let tickets = JSON.parse(document.getElementById("tickets").textContent);

export const ticketOf = (listing) => tickets.find((ticket) => ticket.listing === listing);
export const allTickets = () => tickets;
export const setTickets = (list) => { tickets = list; };
