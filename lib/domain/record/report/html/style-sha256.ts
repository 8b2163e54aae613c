/** SHA-256 of the style in Base64, by which the policy of the page lets it in. `npm run docs` renews it. */
export const styleSha256 = 'JDahCRSB+14fNyv2+GI1xXOc+Znn/NidLy2AxVPoZ60=';
