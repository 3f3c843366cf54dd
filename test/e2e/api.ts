// Calls the HTTP API of a running product.

type Answer = { token: string; user: { id: string }; conversation: { id: string }; invite: { token: string; url: string } };

/** Posts to the API of a product at `url`. */
export async function post(url: string, path: string, token?: string, body: object = {}): Promise<Answer> {
	const response = await fetch(`${url}/api${path}`, {
		method: "POST",
		headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
		body: JSON.stringify(body),
	});
	if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
	return (await response.json()) as Answer;
}
