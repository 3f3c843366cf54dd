// What an invite offers, on the sign-in page: who invites to what, before somebody signs in to accept it.

import { useEffect, useState } from "react";
import { useStrings } from "../languages/useStrings.ts";
import { type Preview, previewOf } from "./api.ts";
import { Offer } from "./Offer.tsx";

export function SignInOffer({ invite }: { invite: string }) {
	const strings = useStrings();
	const [offer, setOffer] = useState<Preview>();
	const [problem, setProblem] = useState<string>();
	useEffect(() => {
		let isCurrent = true;
		void previewOf(invite).then((result) => {
			if (!isCurrent) return;
			if ("value" in result) setOffer(result.value.invite);
			else if (result.error.code === "invite_expired") setProblem(strings.inviteSpent);
			else if (result.error.code === "not_found") setProblem(strings.inviteUnknown);
		});
		return () => {
			isCurrent = false;
		};
	}, [invite, strings]);
	return offer ? <Offer offer={offer} /> : <p role="status">{problem ?? strings.invited}</p>;
}
