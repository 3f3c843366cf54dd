// An S3-compatible bucket in memory, as far as workerd's cluster uses one: conditional writes, ranges and lists. It refuses what the
// real service refuses: a wrong signature, an unknown key, an unmet condition. Each client has credentials of its own, and may lose
// its way to the bucket. The rules are those of the S3 API reference (conditional writes, ListObjectsV2, Signature Version 4).

import { createHash, createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

type Stored = { bytes: Buffer; etag: string; at: Date };
type Request = { method: string; url: URL; headers: IncomingMessage["headers"]; body: Buffer };
type Answer = { status: number; headers?: Record<string, string | number>; body?: string | Buffer };

export type Bucket = {
	/** The variables from which a client reads where the bucket is and who it is. */
	credentialsFor(client: string): Record<string, string>;
	/** From now on, the client's connections end without an answer. */
	cutOff(client: string): void;
	stop(): Promise<void>;
};

export async function startBucket(name: string): Promise<Bucket> {
	const objects = new Map<string, Stored>();
	const secrets = new Map<string, string>();
	const cut = new Set<string>();
	const server = createServer(async (message, response) => {
		const client = /Credential=([^/]+)\//.exec(message.headers.authorization ?? "")?.[1] ?? "";
		if (cut.has(client)) return message.destroy();
		const url = new URL(message.url as string, "http://bucket");
		const request = { method: message.method as string, url, headers: message.headers, body: await buffer(message) };
		const isSigned = signatureOf(request, secrets.get(client)) === /Signature=([\da-f]+)/.exec(message.headers.authorization ?? "")?.[1];
		if (!isSigned) return send(response, failure(403, "SignatureDoesNotMatch"));
		if (!url.pathname.startsWith(`/${name}`)) return send(response, failure(404, "NoSuchBucket"));
		const key = url.pathname
			.slice(name.length + 2)
			.split("/")
			.map(decodeURIComponent)
			.join("/");
		send(response, key === "" ? list(objects, request) : answer(objects, key, request));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		credentialsFor: (client) => {
			const secret = secrets.get(client) ?? randomUUID();
			secrets.set(client, secret);
			return {
				AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
				AWS_REGION: "auto",
				AWS_ACCESS_KEY_ID: client,
				AWS_SECRET_ACCESS_KEY: secret,
			};
		},
		cutOff: (client) => void cut.add(client),
		stop: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
}

function answer(objects: Map<string, Stored>, key: string, { method, headers, body }: Request): Answer {
	const found = objects.get(key);
	const match = headers["if-match"];
	if (method === "PUT" || method === "DELETE") {
		if (headers["if-none-match"] === "*" && found) return failure(412, "PreconditionFailed");
		if (match !== undefined && !found) return failure(404, "NoSuchKey");
		if (match !== undefined && match !== found?.etag) return failure(412, "PreconditionFailed");
	}
	if (method === "DELETE") {
		objects.delete(key);
		return { status: 204 };
	}
	if (method === "PUT") {
		const etag = `"${createHash("md5").update(body).digest("hex")}"`;
		objects.set(key, { bytes: body, etag, at: new Date() });
		return { status: 200, headers: { etag } };
	}
	if (method !== "GET" && method !== "HEAD") return failure(405, "MethodNotAllowed");
	if (!found) return failure(404, "NoSuchKey");
	return partOf(found, headers.range);
}

function partOf({ bytes, etag, at }: Stored, range: string | undefined): Answer {
	const headers = { etag, "last-modified": at.toUTCString() };
	const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
	if (from === undefined) return { status: 200, headers, body: bytes };
	if (Number(from) >= bytes.length) return failure(416, "InvalidRange");
	const part = bytes.subarray(Number(from), to ? Number(to) + 1 : undefined);
	return {
		status: 206,
		headers: { ...headers, "content-range": `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` },
		body: part,
	};
}

function list(objects: Map<string, Stored>, { method, url: { searchParams } }: Request): Answer {
	if (method !== "GET" || searchParams.get("list-type") !== "2") return failure(501, "NotImplemented");
	const prefix = searchParams.get("prefix") ?? "";
	const after = searchParams.get("continuation-token") ?? searchParams.get("start-after") ?? "";
	const delimiter = searchParams.get("delimiter");
	const most = Math.min(1000, Number(searchParams.get("max-keys") ?? 1000));
	const folderOf = (key: string) => {
		const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
		return end < 0 ? undefined : key.slice(0, end + 1);
	};
	const names = [...new Set([...objects.keys()].filter((key) => key.startsWith(prefix)).map((key) => folderOf(key) ?? key))];
	const later = names.filter((name) => name > after).sort();
	const page = later.slice(0, most);
	const entries = page.map((name) => {
		const found = objects.get(name);
		if (!found) return `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`;
		const { etag, at, bytes } = found;
		const facts = `<LastModified>${at.toISOString()}</LastModified><ETag>${escaped(etag)}</ETag><Size>${bytes.length}</Size>`;
		return `<Contents><Key>${escaped(name)}</Key>${facts}</Contents>`;
	});
	const isCut = later.length > page.length;
	const next = isCut ? `<NextContinuationToken>${escaped(page.at(-1) as string)}</NextContinuationToken>` : "";
	const body = `<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}<KeyCount>${page.length}</KeyCount>${entries.join("")}</ListBucketResult>`;
	return { status: 200, headers: { "content-type": "application/xml" }, body };
}

/** Signature Version 4 of a request, as its Authorization header says it was made; `undefined` if its body is another. */
function signatureOf({ method, url, headers, body }: Request, secret: string | undefined): string | undefined {
	const [, date, region, service] = /Credential=[^/]+\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "") ?? [];
	const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "")?.[1]?.split(";") ?? [];
	const hash = headers["x-amz-content-sha256"] as string | undefined;
	const isWhole = hash === "UNSIGNED-PAYLOAD" || hash === sha256(body);
	if (secret === undefined || !date || !region || !service || !isWhole) return undefined;
	const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
	const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
	const signed = names.map((name) => `${name}:${String(headers[name] ?? "").trim()}\n`).join("");
	const request = [method, url.pathname, query.join("&"), signed, names.join(";"), hash].join("\n");
	const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], `${date}/${region}/${service}/aws4_request`, sha256(request)].join("\n");
	const key = [date, region, service, "aws4_request"].reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`);
	return hmac(key, text).toString("hex");
}

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();
const escaped = (text: string) => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);

function failure(status: number, code: string): Answer {
	return { status, headers: { "content-type": "application/xml" }, body: `<Error><Code>${code}</Code></Error>` };
}

function send(response: ServerResponse, { status, headers, body = "" }: Answer): void {
	response.writeHead(status, headers).end(body);
}
