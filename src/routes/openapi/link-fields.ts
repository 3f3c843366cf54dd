// Descriptions of fields of invites that limit the people who come by them. They belong to those in fields.ts.

const allows: Readonly<Record<string, string>> = {
	questions: "How often the people who come by it may ask Claude, all together; 0: never.",
	usd: "What their questions may cost, all together, in dollars.",
	until: "When their membership ends.",
	history: "`new`: they see only what is said after they have joined.",
};

/** Fields that mean the same wherever they appear. */
export const commonLinkFields: Readonly<Record<string, string>> = {
	allows: "What the people who come by the invite may do. What is left out is not limited.",
	used: "What the people who came by the invite have used.",
	may: "What a member may who came by an invite that limits them. Left out for everybody else. In a change: `null` lifts the limits.",
	isLive: "Whether the invite still admits somebody.",
	invitedBy: "The name of the owner who created the invite.",
};

export const linkFields: Readonly<Record<string, string>> = {
	...Object.fromEntries(Object.entries(allows).map(([name, text]) => [`allows.${name}`, text])),
	"used.people": "How many people came by it.",
	"used.questions": "How many questions they have asked, where the invite limits something.",
	"used.usd": "What these have cost, in dollars.",
	"may.questionsLeft": "Questions to Claude that are left to everybody who came by the invite.",
	"may.usdLeft": "Dollars that are left for the answers.",
	"may.until": "When the membership ends.",
	"may.fromSeq": "The `seq` of the first message that they may see.",
};
