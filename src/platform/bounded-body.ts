// Bounds what is read of another service's response.

/** The response with a body that fails once it is longer than so many bytes. */
export function bounded(response: Response, bytes: number): Response {
	if (!response.body) return response;
	let length = 0;
	const counted = new TransformStream<Uint8Array, Uint8Array>({
		transform(chunk, controller) {
			length += chunk.byteLength;
			if (length <= bytes) controller.enqueue(chunk);
			else controller.error(new Error(`the body is longer than ${bytes} bytes`));
		},
	});
	return new Response(response.body.pipeThrough(counted), response);
}
