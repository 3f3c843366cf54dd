// Connects the export of what a person has to their conversations.

import { OwnData } from "./own-data.ts";

type Parts = Omit<ConstructorParameters<typeof OwnData>[0], "read">;

export function ownDataOf(env: Env, userId: string, parts: Parts): OwnData {
	return new OwnData({
		...parts,
		read: async (id, place, network) => {
			using calls = await env.CONVERSATIONS.getByName(id).forDeployer();
			return await calls.ownPiece({ userId, network }, place);
		},
	});
}
