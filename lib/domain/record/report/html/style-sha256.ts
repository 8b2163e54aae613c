/** SHA-256 of the style in Base64, by which the policy of the page lets it in. `npm run docs` renews it. */
export const styleSha256 = 'TVr0i6hMPgDJrqT3jOxS2k0kxMFbQAX/6nBJSQLn0+c=';
