/**
 * Runs at CloudFront before each request to the bucket: rewrites every client-side route to `index.html`.
 *
 * Files are in `/assets/`, which has its own behaviour, or at the top level, such as `/robots.txt`. Ids of orders and vendors may
 * contain dots, so a dot in a deeper path does not mean a file. Requests to the API do not run this function.
 */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name
function handler(event) {
  var request = event.request;
  if (!/^\/[^/]*\.[^/]*$/.test(request.uri)) request.uri = '/index.html';
  return request;
}
