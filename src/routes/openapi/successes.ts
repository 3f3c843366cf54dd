// The sentences for successful responses in the API's document, by status.

export const successes: { readonly [status: string]: string } = {
	101: "The connection is now a WebSocket.",
	200: "Done.",
	201: "Created.",
	202: "Accepted. It is not done yet.",
	204: "Done. The response has no body.",
	304: "Not modified: the caller has these bytes already.",
	302: "Found. The browser goes on to the address in `Location`.",
};
