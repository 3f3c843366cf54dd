// A scripted service that writes down what is said, in the form of OpenAI's API. A recording says in its bytes how it is answered. Pure.

export type SpeechRequest = { fields: Record<string, string>; file?: { name: string; type: string; bytes: string } };

/** Reads a form as browsers and the runtime write it. */
export function readForm(contentType: string, body: string): SpeechRequest {
	const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? "none";
	const request: SpeechRequest = { fields: {} };
	for (const part of body.split(`--${boundary}`)) {
		const [head = "", ...rest] = part.split("\r\n\r\n");
		const content = rest.join("\r\n\r\n").replace(/\r\n$/, "");
		const name = /name="([^"]*)"/.exec(head)?.[1];
		const filename = /filename="([^"]*)"/.exec(head)?.[1];
		if (name === "file" && filename !== undefined)
			request.file = { name: filename, type: /Content-Type: (\S+)/i.exec(head)?.[1] ?? "", bytes: content };
		else if (name !== undefined) request.fields[name] = content;
	}
	return request;
}

const forms = /\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/;

/** What the service refuses, as its documentation says. */
export function refusalOf({ fields, file }: SpeechRequest): string | undefined {
	if (!fields.model) return "you must provide a model parameter";
	if (!file || file.bytes === "") return "Field required: file";
	if (!forms.test(file.name)) return "Invalid file format.";
	if (file.bytes.includes("!short") && fields.response_format !== "json")
		return "response_format 'verbose_json' is not compatible with model";
	return file.bytes.length > 25 * 1024 * 1024 ? "Maximum content size limit exceeded" : undefined;
}

/**
 * `!status-503` refuses a recording as often as it stands there, `!raw=` answers with what follows, and `!says=` is what is said.
 * `!short` is only written down in the short form. After `!hold-NAME` the answer waits for that hold to be released.
 */
export function answerTo({ file }: SpeechRequest, times: number): { status: number; body: string; hold?: string | undefined } {
	const bytes = file?.bytes ?? "";
	const statuses = [...bytes.matchAll(/!status-(\d{3})/g)].map(([, status]) => Number(status));
	const status = statuses[times - 1];
	if (status !== undefined) return { status, body: JSON.stringify({ error: { message: "not now" } }) };
	const raw = /!raw=(.*?)\n/s.exec(bytes)?.[1];
	const hold = /!hold-(\S+)/.exec(bytes)?.[1];
	return { status: 200, body: raw ?? JSON.stringify({ text: /!says=(.*?)\n/s.exec(bytes)?.[1] ?? "" }), hold };
}
