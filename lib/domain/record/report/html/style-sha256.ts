/** SHA-256 of the style in Base64, by which the policy of the page lets it in. `npm run docs` renews it. */
export const styleSha256 = 'Ghum4Fy7A5Av7JO4+SpnDuP1lGvds0keObsLya8aQgg=';
